/** A question to the engine that is asked again and again: the last answer stays until there is another. */
import { asFailure } from "$lib/backend/backend";
import type { Failure } from "$lib/generated";

export class Answer<T> {
  value = $state.raw<T | null>(null);
  /** Why there is no answer yet. */
  failure = $state.raw<Failure | null>(null);
  #asked = 0;

  constructor(
    private readonly question: () => Promise<T>,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  async load(ask: () => Promise<T> = this.question): Promise<void> {
    const asked = ++this.#asked;
    try {
      const value = await ask();
      if (asked !== this.#asked) return;
      this.value = value;
      this.failure = null;
    } catch (error) {
      if (this.value !== null) this.onFailure(error);
      else if (asked === this.#asked) this.failure = asFailure(error);
    }
  }
}
