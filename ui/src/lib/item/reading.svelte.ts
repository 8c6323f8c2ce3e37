/** The reading pane's item: follows the cursor without getting in its way, and notices changes underneath. */
import { asFailure, type Backend } from "$lib/backend/backend";
import type { Failure, ItemView, Seen } from "$lib/generated";

const SETTLE_MS = 50;
const SKELETON_MS = 120;
const SLOW_MS = 1000;

export type Change = "content" | "rules" | "step";

/** What a decision would be about another of. Steps that my own doing closed or opened are no surprise. */
function changeOf(before: ItemView, now: ItemView): Change | null {
  if (before.seen.content !== now.seen.content || before.seen.round !== now.seen.round) return "content";
  if (before.seen.journey_version !== now.seen.journey_version) return "rules";
  const mine = before.mine.length > 0 || now.mine.length > 0;
  const moved = before.seen.step !== null && now.seen.step !== null && before.seen.step !== now.seen.step;
  return moved && !mine ? "step" : null;
}

export class Reading {
  /** The item that should be shown. */
  wanted = $state<string | null>(null);
  item = $state.raw<ItemView | null>(null);
  failure = $state.raw<Failure | null>(null);
  /** How long the wanted item lets us wait: nothing to see, a skeleton, then words. */
  waiting = $state<"no" | "skeleton" | "slow">("no");
  /** What changed while it was on the screen, until somebody says that they looked again. */
  changed = $state<Change | null>(null);

  #asked = 0;
  #timers: ReturnType<typeof setTimeout>[] = [];
  #lastShow = 0;

  constructor(
    private readonly backend: Backend,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** What is on the screen, when it is the item that is meant. */
  seen(id: string): Seen | null {
    return this.item?.row.id === id ? this.item.seen : null;
  }

  show(id: string | null): void {
    if (id === this.wanted) return;
    this.wanted = id;
    this.#clear();
    const asked = ++this.#asked;
    if (id === null) {
      this.item = null;
      this.failure = null;
      this.waiting = "no";
      this.changed = null;
      return;
    }
    const hurried = this.now() - this.#lastShow < 150;
    this.#lastShow = this.now();
    if (hurried) this.#after(SETTLE_MS, () => void this.#load(id, asked));
    else void this.#load(id, asked);
    this.#after(SKELETON_MS, () => (this.waiting = "skeleton"));
    this.#after(SLOW_MS, () => (this.waiting = "slow"));
  }

  async #load(id: string, asked: number): Promise<void> {
    try {
      const item = await this.backend.item(id);
      if (asked !== this.#asked) return;
      this.item = item;
      this.failure = null;
    } catch (error) {
      if (asked !== this.#asked) return;
      this.item = null;
      this.failure = asFailure(error);
    }
    this.changed = null;
    this.#clear();
    this.waiting = "no";
  }

  /** Reads the shown item again. A change of its content is said aloud, never slipped in. */
  async refresh(): Promise<void> {
    const id = this.item?.row.id;
    if (!id || id !== this.wanted) return;
    const asked = this.#asked;
    try {
      const item = await this.backend.item(id);
      if (asked !== this.#asked || this.item?.row.id !== id) return;
      this.changed = changeOf(this.item, item) ?? this.changed;
      this.item = item;
    } catch (error) {
      if (asked !== this.#asked) return;
      this.failure = asFailure(error);
      this.item = null;
    }
  }

  again(): void {
    const id = this.wanted;
    this.wanted = null;
    this.show(id);
  }

  lookedAgain(): void {
    this.changed = null;
  }

  #after(ms: number, then: () => void): void {
    this.#timers.push(setTimeout(then, ms));
  }

  #clear(): void {
    this.#timers.forEach(clearTimeout);
    this.#timers = [];
  }
}
