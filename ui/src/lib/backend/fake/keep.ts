/** What this device keeps of closed items. A choice takes effect with the next contact. */
import type { KeepView } from "$lib/generated";

export class Keep {
  months: number | null = 12;
  #here = this.months;

  constructor(private readonly now: () => number) {}

  /** Makes what is here what was chosen. Returns whether that is anything else than before. */
  fit(): boolean {
    const before = this.#here;
    this.#here = this.months;
    return this.#here !== before;
  }

  view(items: number): KeepView {
    const { months } = this;
    return { months, closed_since: this.#since, items, elsewhere: this.#elsewhere, bytes: items * 6200 };
  }

  /** As the engine says it. */
  get sentence(): string | null {
    if (this.#since === null || this.#elsewhere === 0) return null;
    const month = new Date(this.#since).toISOString().slice(0, 7);
    return `${this.#elsewhere} items that were closed before ${month} cannot be found here: only the portal has what is so old. Look it up by its reference, or keep more months on this device.`;
  }

  get #since(): number | null {
    if (this.#here === null) return null;
    const today = new Date(this.now());
    return Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - this.#here);
  }

  get #elsewhere(): number {
    return this.#here === null ? 0 : Math.max(0, 1960 - 40 * this.#here);
  }
}
