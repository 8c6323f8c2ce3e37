/**
 * What was published, the one of it that is looked at, and what is being done with that one. Journeys and calendars are
 * such collections: each says how it is read, and adds what can be done.
 */
import { asFailure } from "$lib/backend/backend";
import type { AdministrationBackend } from "$lib/backend/administration";
import type { Failure } from "$lib/generated";
import type { Toasts } from "$lib/toasts.svelte";
import { Asking } from "./asking.svelte";

/** What a collection is made of. */
export interface Made {
  /** The answer that lists it. */
  view: object;
  /** A line of that list. */
  entry: { key: string };
  /** One of it, whole. */
  one: object;
  /** What is done with it besides reading. */
  mode: string;
  /** What is asked besides opening one. */
  question: string;
}

export abstract class Collection<Of extends Made> {
  /** Null: not read yet. */
  view = $state.raw<Of["view"] | null>(null);
  /** Why there is nothing to show at all. */
  failure = $state.raw<Failure | null>(null);
  /** Null: nothing was published, or what is being written is new. */
  key = $state<string | null>(null);
  shown = $state.raw<Of["one"] | null>(null);
  mode = $state<Of["mode"] | "read">("read");
  readonly asking = new Asking<Of["question"] | "open">();
  #loaded = 0;

  constructor(
    protected readonly backend: AdministrationBackend,
    protected readonly toasts: Toasts,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  protected abstract readAll(): Promise<Of["view"]>;
  protected abstract entriesOf(view: Of["view"]): Of["entry"][];
  /** Without a version, the newest. */
  protected abstract readOne(key: string, version: number | null): Promise<Of["one"]>;
  protected abstract keyOf(one: Of["one"]): string;

  readonly list = $derived.by((): Of["entry"][] | null => (this.view === null ? null : this.entriesOf(this.view)));
  readonly summary = $derived.by((): Of["entry"] | null => this.list?.find((one) => one.key === this.key) ?? null);

  forget(): void {
    this.#loaded++;
    this.asking.drop();
    this.view = null;
    this.failure = null;
    this.key = null;
    this.shown = null;
    this.mode = "read";
  }

  /** Reads the list anew and opens the first, unless one is open or being written. What is shown stays if that fails. */
  async load(): Promise<void> {
    const asked = ++this.#loaded;
    try {
      const view = await this.readAll();
      if (asked !== this.#loaded) return;
      this.view = view;
      this.failure = null;
      if (this.mode === "read") await this.#openFirst();
    } catch (error) {
      if (asked !== this.#loaded) return;
      if (this.view) this.onFailure(error);
      else this.failure = asFailure(error);
    }
  }

  /** Another version of the one that is shown takes its place only once it is there. */
  async open(key: string, version: number | null = null): Promise<void> {
    this.asking.drop();
    this.key = key;
    this.mode = "read";
    if (this.shown !== null && this.keyOf(this.shown) !== key) this.shown = null;
    const shown = await this.asking.ask("open", () => this.readOne(key, version));
    if (shown !== null) this.shown = shown;
  }

  /** Back to reading. */
  async leave(): Promise<void> {
    this.mode = "read";
    await this.#openFirst();
  }

  /** Says what was saved, and shows it as the portal has it now. */
  protected async saved(notice: string, key: string, version: number | null = null): Promise<void> {
    this.toasts.notice(notice);
    this.key = key;
    await Promise.all([this.load(), this.open(key, version)]);
  }

  async #openFirst(): Promise<void> {
    const first = this.list?.[0];
    if (this.key === null && first) await this.open(first.key);
  }
}
