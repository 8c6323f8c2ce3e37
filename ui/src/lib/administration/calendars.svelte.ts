/** The calendars in force, the one that is looked at, and how it is being changed. */
import { asFailure } from "$lib/backend/backend";
import type { AdministrationBackend } from "$lib/backend/administration";
import type {
  BroughtInView,
  CalendarDraft,
  CalendarForm,
  CalendarOf,
  CalendarPreviewView,
  CalendarSummary,
  CalendarView,
  Failure,
} from "$lib/generated";
import { text } from "$lib/text/en";
import type { Toasts } from "$lib/toasts.svelte";
import { SvelteMap } from "svelte/reactivity";
import { Asking } from "./asking.svelte";

export type CalendarMode = "read" | "write" | "give";
export type Way = "form" | "document";

/** In the way in which it is being written. */
interface Written {
  way: Way;
  form: CalendarForm;
  document: string;
}

const words = text.administration.calendars;
const EMPTY: CalendarForm = { key: "", name: "", zone: "", week: [], holidays: [], special_days: [], imports: {} };

export class CalendarsModel {
  list = $state.raw<CalendarSummary[] | null>(null);
  failure = $state.raw<Failure | null>(null);
  key = $state<string | null>(null);
  shown = $state.raw<CalendarView | null>(null);
  mode = $state<CalendarMode>("read");

  way = $state<Way>("form");
  form = $state<CalendarForm>(EMPTY);
  document = $state("");
  /** What a file of holidays brought; gone when something else is written. */
  broughtIn = $state.raw<BroughtInView | null>(null);
  /** Null: not looked at yet, or written otherwise since. */
  preview = $state.raw<CalendarPreviewView | null>(null);

  of = $state<"everybody" | "group" | "person">("everybody");
  group = $state("");
  person = $state<string | null>(null);

  readonly asking = new Asking<"open" | "read" | "preview" | "save">();
  #loaded = 0;
  /** What was being written of other calendars, by their key. */
  #kept = new SvelteMap<string | null, Written>();

  constructor(
    private readonly backend: AdministrationBackend,
    private readonly toasts: Toasts,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  readonly summary = $derived(this.list?.find((one) => one.key === this.key) ?? null);
  /** A calendar that is not published yet: its key is still to be chosen. */
  readonly isNew = $derived(this.mode === "write" && this.key === null);
  readonly keeps = $derived.by((): CalendarOf | null => {
    if (this.of === "everybody") return "everybody";
    if (this.of === "group") return this.group.trim() === "" ? null : { group: this.group.trim() };
    return this.person === null ? null : { person: this.person };
  });

  forget(): void {
    this.#loaded++;
    this.asking.drop();
    this.list = null;
    this.failure = null;
    this.key = null;
    this.shown = null;
    this.mode = "read";
    this.preview = null;
    this.#kept.clear();
  }

  /** Whether something was written of this calendar and neither saved nor discarded. */
  has(key: string): boolean {
    return this.#kept.has(key);
  }

  async load(): Promise<void> {
    const asked = ++this.#loaded;
    try {
      const list = await this.backend.calendars();
      if (asked !== this.#loaded) return;
      this.list = list;
      this.failure = null;
      if (this.key === null && this.mode === "read" && list[0]) await this.open(list[0].key);
    } catch (error) {
      if (asked !== this.#loaded) return;
      if (this.list) this.onFailure(error);
      else this.failure = asFailure(error);
    }
  }

  async open(key: string): Promise<void> {
    this.asking.drop();
    this.key = key;
    this.mode = "read";
    if (this.shown?.form.key !== key) this.shown = null;
    const shown = await this.asking.ask("open", () => this.backend.calendar(key));
    if (shown !== null) this.shown = shown;
  }

  edit(view: CalendarView): void {
    this.asking.drop();
    this.mode = "write";
    this.preview = null;
    this.broughtIn = null;
    const kept = this.#kept.get(this.key);
    this.way = kept?.way ?? "form";
    this.form = structuredClone(kept?.form ?? view.form);
    this.document = kept?.document ?? view.document;
  }

  async writeNew(): Promise<void> {
    this.asking.drop();
    const view = await this.asking.ask("open", () => this.backend.standardCalendar());
    if (view === null) return;
    this.key = null;
    this.shown = null;
    this.edit(view);
  }

  /** The same calendar, written the other way. What cannot be read stays where it is. */
  async turn(way: Way): Promise<void> {
    if (way === this.way) return;
    const view = await this.asking.ask("read", () => this.backend.readCalendar(this.#draft()));
    if (view === null) return;
    this.form = structuredClone(view.form);
    this.document = view.document;
    this.way = way;
  }

  /** The holidays of a file, to be looked at before anything is saved. */
  async bringIn(file: File): Promise<void> {
    let ics: string;
    try {
      ics = await file.text();
    } catch {
      this.toasts.notice(words.writing.unreadable(file.name));
      return;
    }
    const done = await this.asking.ask("read", () => this.backend.bringInHolidays(this.#draft(), file.name, ics));
    if (done === null) return;
    this.form = structuredClone(done.calendar.form);
    this.document = done.calendar.document;
    if (done.changed) this.edited();
    this.broughtIn = done;
  }

  edited(): void {
    this.asking.drop("save");
    this.preview = null;
    this.broughtIn = null;
    if (this.mode !== "write") return;
    this.#kept.set(this.key, { way: this.way, form: $state.snapshot(this.form), document: this.document });
  }

  async look(): Promise<void> {
    const { keeps, key } = this;
    this.preview = await this.asking.ask("preview", async () => {
      if (this.mode !== "give") return this.backend.previewCalendar(this.#draft());
      return keeps === null || key === null ? null : this.backend.previewCalendarUse({ of: keeps, calendar: key });
    });
  }

  async save(): Promise<void> {
    const saved = await this.asking.ask("save", () => this.backend.saveCalendar(this.#draft()));
    if (saved === null) return;
    this.#kept.delete(this.key);
    this.toasts.notice(words.saved(saved.form.name, saved.version));
    this.key = saved.form.key;
    await Promise.all([this.load(), this.open(saved.form.key)]);
  }

  give(): void {
    this.mode = "give";
    this.edited();
    this.of = "everybody";
    this.group = "";
    this.person = null;
  }

  async keep(): Promise<void> {
    const { keeps, key } = this;
    if (keeps === null || key === null) return;
    const kept = await this.asking.ask("save", async () => {
      await this.backend.keepCalendar({ of: keeps, calendar: key });
      return true;
    });
    if (kept === null) return;
    this.toasts.notice(words.given);
    await Promise.all([this.load(), this.open(key)]);
  }

  async discard(): Promise<void> {
    if (this.mode === "write") this.#kept.delete(this.key);
    this.mode = "read";
    this.edited();
    const first = this.list?.[0];
    if (this.key === null && first) await this.open(first.key);
  }

  #draft(): CalendarDraft {
    return this.way === "form" ? { form: $state.snapshot(this.form) } : { document: this.document };
  }
}
