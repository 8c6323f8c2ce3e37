/** The time that the screen shows. It ticks every half minute; tests set it by hand. */
export class Clock {
  now = $state(0);
  readonly #read: () => number;

  constructor(read: () => number = Date.now) {
    this.#read = read;
    this.now = read();
  }

  tick(): void {
    this.now = this.#read();
  }

  /** Starts ticking; returns what stops it. */
  start(everyMs = 30_000): () => void {
    const timer = setInterval(() => this.tick(), everyMs);
    return () => clearInterval(timer);
  }
}
