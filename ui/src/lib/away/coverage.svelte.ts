/** Who gets somebody's work in a stretch of days: all of it scope by scope, some of it, or that on one item. */
import { asFailure, type Backend } from "$lib/backend/backend";
import type { ClientRef, CoverageAbout, CoverageAnswer, Failure, Kind, PersonId } from "$lib/generated";
import { dayAfter, instantOf, localOf } from "$lib/time/local";
import { amountOf } from "./draft";

const DAYS = 14;

export class Coverage {
  person = $state<PersonId | null>(null);
  /** Days, both included. */
  from = $state("");
  until = $state("");
  /** Which work; what is empty is any. The reference of an item stands for all the others. */
  item = $state("");
  client = $state("");
  kind = $state<Kind | "">("");
  amount = $state("");
  clients = $state.raw<ClientRef[]>([]);
  answers = $state.raw<CoverageAnswer[] | null>(null);
  failure = $state.raw<Failure | null>(null);
  /** The reference that means nothing here. */
  unknown = $state<string | null>(null);
  #zone: string | undefined;
  #asked = 0;

  constructor(
    private readonly backend: Backend,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  readonly backwards = $derived(this.from !== "" && this.until !== "" && this.until < this.from);
  readonly badAmount = $derived(amountOf(this.amount) === null);
  readonly holes = $derived(
    this.answers?.reduce((sum, answer) => sum + answer.spans.filter((span) => !span.covered).length, 0) ?? 0,
  );

  forget(): void {
    this.#asked++;
    this.person = null;
    this.from = "";
    this.until = "";
    this.item = "";
    this.client = "";
    this.kind = "";
    this.amount = "";
    this.clients = [];
    this.answers = null;
    this.failure = null;
    this.unknown = null;
  }

  /** Whose and when, where nothing was chosen yet: mine, and the next 14 days. */
  async begin(me: PersonId | null, now: number, zone: string | undefined): Promise<void> {
    this.#zone = zone;
    this.person ??= me;
    if (this.from === "") this.from = localOf(now, zone).slice(0, 10);
    if (this.until === "") this.until = dayAfter(this.from, DAYS - 1);
    this.backend.clients().then(
      (clients) => (this.clients = clients),
      // Without the list, all clients are asked about together.
      () => (this.clients = []),
    );
    await this.load();
  }

  async load(): Promise<void> {
    const asked = ++this.#asked;
    const from = instantOf(`${this.from}T00:00`, this.#zone);
    const until = instantOf(`${dayAfter(this.until, 1)}T00:00`, this.#zone);
    this.unknown = null;
    if (this.person === null || from === null || until === null || until <= from || this.badAmount) {
      this.answers = null;
      this.failure = null;
      return;
    }
    try {
      const about = await this.#about();
      if (asked !== this.#asked) return;
      const answers = await this.backend.coverage(this.person, from, until, about);
      if (asked !== this.#asked) return;
      this.answers = answers;
      this.failure = null;
    } catch (error) {
      if (asked !== this.#asked) return;
      const failure = asFailure(error);
      if (this.item.trim() !== "" && failure.code === "not_found") {
        this.unknown = failure.message;
        this.answers = null;
        this.failure = null;
      } else if (this.answers) this.onFailure(error);
      else this.failure = failure;
    }
  }

  /** Another person, stretch or kind of work: what is shown does not belong to it. */
  async chosen(): Promise<void> {
    this.answers = null;
    await this.load();
  }

  async #about(): Promise<CoverageAbout> {
    const reference = this.item.trim();
    if (reference !== "") return { item: await this.backend.findItem(reference) };
    const amount = amountOf(this.amount) ?? undefined;
    return {
      ...(this.client === "" ? {} : { client: this.client }),
      ...(this.kind === "" ? {} : { kind: this.kind }),
      ...(amount === undefined ? {} : { amount }),
    };
  }
}
