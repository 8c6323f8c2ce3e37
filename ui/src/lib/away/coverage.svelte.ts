/** Who gets somebody's work in a stretch of days. */
import { asFailure, type Backend } from "$lib/backend/backend";
import type { CoverageView, Failure, PersonId } from "$lib/generated";
import { dayAfter, instantOf, localOf } from "$lib/time/local";

const DAYS = 14;

export class Coverage {
  person = $state<PersonId | null>(null);
  /** Days, both included. */
  from = $state("");
  until = $state("");
  spans = $state.raw<CoverageView[] | null>(null);
  failure = $state.raw<Failure | null>(null);
  #zone: string | undefined;
  #asked = 0;

  constructor(
    private readonly backend: Backend,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  readonly backwards = $derived(this.from !== "" && this.until !== "" && this.until < this.from);
  readonly holes = $derived(this.spans?.filter((span) => !span.covered).length ?? 0);

  forget(): void {
    this.#asked++;
    this.person = null;
    this.from = "";
    this.until = "";
    this.spans = null;
    this.failure = null;
  }

  /** Whose and when, where nothing was chosen yet: mine, and the next 14 days. */
  async begin(me: PersonId | null, now: number, zone: string | undefined): Promise<void> {
    this.#zone = zone;
    this.person ??= me;
    if (this.from === "") this.from = localOf(now, zone).slice(0, 10);
    if (this.until === "") this.until = dayAfter(this.from, DAYS - 1);
    await this.load();
  }

  async load(): Promise<void> {
    const asked = ++this.#asked;
    const from = instantOf(`${this.from}T00:00`, this.#zone);
    const until = instantOf(`${dayAfter(this.until, 1)}T00:00`, this.#zone);
    if (this.person === null || from === null || until === null || until <= from) {
      this.spans = null;
      this.failure = null;
      return;
    }
    try {
      const spans = await this.backend.coverage(this.person, from, until, null);
      if (asked !== this.#asked) return;
      this.spans = spans;
      this.failure = null;
    } catch (error) {
      if (asked !== this.#asked) return;
      if (this.spans) this.onFailure(error);
      else this.failure = asFailure(error);
    }
  }

  /** Another person or stretch: what is shown does not belong to it. */
  async chosen(): Promise<void> {
    this.spans = null;
    await this.load();
  }
}
