/** What is selected, by id: it survives sorting, scrolling and sync, but never outlives a filter that hides it. */
import { SvelteSet } from "svelte/reactivity";

export class Selection {
  readonly ids = new SvelteSet<string>();
  /** Where an extension started. */
  anchor = $state<number | null>(null);
  /** What the running extension has added, so that shrinking it takes back only that. */
  #extended = new Set<string>();

  get size(): number {
    return this.ids.size;
  }

  has(id: string): boolean {
    return this.ids.has(id);
  }

  toggle(id: string, index: number): void {
    if (this.ids.has(id)) this.ids.delete(id);
    else this.ids.add(id);
    this.anchor = index;
    this.#extended.clear();
  }

  /** Selects the range from the anchor, and gives up what an earlier extension selected beyond it. */
  extend(range: readonly string[]): void {
    const wanted = new Set(range);
    for (const id of this.#extended) if (!wanted.has(id)) this.ids.delete(id);
    for (const id of range)
      if (!this.ids.has(id)) {
        this.ids.add(id);
        this.#extended.add(id);
      }
  }

  add(ids: Iterable<string>): void {
    for (const id of ids) this.ids.add(id);
    this.#extended.clear();
  }

  replace(ids: Iterable<string>): void {
    this.clear();
    this.add(ids);
  }

  /** Drops what is not among `shown`. Returns how many were dropped. */
  keepOnly(shown: Iterable<string>): number {
    const kept = new Set(shown);
    const gone = [...this.ids].filter((id) => !kept.has(id));
    gone.forEach((id) => this.ids.delete(id));
    return gone.length;
  }

  clear(): void {
    this.ids.clear();
    this.anchor = null;
    this.#extended.clear();
  }
}

/** Both ends included, in either direction. */
export function rangeOf(anchor: number, cursor: number): { from: number; to: number } {
  return { from: Math.min(anchor, cursor), to: Math.max(anchor, cursor) + 1 };
}
