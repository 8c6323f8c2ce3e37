/** The calendars in force, the one that is looked at, and how it is being changed. */
import type {
  BroughtInView,
  CalendarDraft,
  CalendarForm,
  CalendarOf,
  CalendarPreviewView,
  CalendarSummary,
  CalendarView,
} from "$lib/generated";
import { text } from "$lib/text/en";
import { SvelteMap } from "svelte/reactivity";
import { Collection } from "./collection.svelte";

export type Way = "form" | "document";

interface Calendar {
  view: CalendarSummary[];
  entry: CalendarSummary;
  one: CalendarView;
  mode: "write" | "give";
  question: "read" | "preview" | "save";
}

/** In the way in which it is being written. */
interface Written {
  way: Way;
  form: CalendarForm;
  document: string;
}

const words = text.administration.calendars;
const EMPTY: CalendarForm = { key: "", name: "", zone: "", week: [], holidays: [], special_days: [], imports: {} };

export class CalendarsModel extends Collection<Calendar> {
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

  /** What was being written of other calendars, by their key. */
  #kept = new SvelteMap<string | null, Written>();

  protected readAll() {
    return this.backend.calendars();
  }

  protected entriesOf(view: CalendarSummary[]) {
    return view;
  }

  protected readOne(key: string) {
    return this.backend.calendar(key);
  }

  protected keyOf(one: CalendarView) {
    return one.form.key;
  }

  /** A calendar that is not published yet: its key is still to be chosen. */
  readonly isNew = $derived(this.mode === "write" && this.key === null);
  readonly keeps = $derived.by((): CalendarOf | null => {
    if (this.of === "everybody") return "everybody";
    if (this.of === "group") return this.group.trim() === "" ? null : { group: this.group.trim() };
    return this.person === null ? null : { person: this.person };
  });

  override forget(): void {
    super.forget();
    this.preview = null;
    this.#kept.clear();
  }

  /** Whether something was written of this calendar and neither saved nor discarded. */
  has(key: string): boolean {
    return this.#kept.has(key);
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
    await this.saved(words.saved(saved.form.name, saved.version), saved.form.key);
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
    if (kept !== null) await this.saved(words.given, key);
  }

  async discard(): Promise<void> {
    if (this.mode === "write") this.#kept.delete(this.key);
    this.mode = "read";
    this.edited();
    await this.leave();
  }

  #draft(): CalendarDraft {
    return this.way === "form" ? { form: $state.snapshot(this.form) } : { document: this.document };
  }
}
