/** Questions to the engine, one at a time; what failed stays until the next one is asked. */
import { asFailure } from "$lib/backend/backend";
import type { Failure } from "$lib/generated";

export class Asking<What extends string> {
  /** What is being waited for. */
  busy = $state<What | null>(null);
  failure = $state.raw<Failure | null>(null);
  /** What was asked last: what failed belongs there. */
  last = $state<What | null>(null);
  #asked = 0;

  failureOf(what: What): Failure | null {
    return this.last === what ? this.failure : null;
  }

  /** The answer; null where there is none, or where it is not wanted any more. */
  async ask<T>(what: What, call: () => Promise<T>): Promise<T | null> {
    if (this.busy !== null) return null;
    const asked = ++this.#asked;
    this.busy = what;
    this.last = what;
    this.failure = null;
    try {
      const answer = await call();
      return asked === this.#asked ? answer : null;
    } catch (error) {
      if (asked === this.#asked) this.failure = asFailure(error);
      return null;
    } finally {
      if (asked === this.#asked) this.busy = null;
    }
  }

  /** What is on its way is not wanted any more, unless it is what changes something. */
  drop(unless?: What): void {
    if (this.busy !== null && this.busy === unless) return;
    this.#asked++;
    this.busy = null;
    this.failure = null;
  }
}
