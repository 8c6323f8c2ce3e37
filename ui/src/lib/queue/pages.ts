/** Fetched rows by page. A new fetch of a page replaces it; until then the old rows stay on the screen. */
import type { Row } from "$lib/generated";
import { PAGE, type Span } from "./window";

export type Pages = ReadonlyMap<number, readonly Row[]>;

export function rowAt(pages: Pages, index: number): Row | undefined {
  return pages.get(Math.floor(index / PAGE))?.[index % PAGE];
}

/** Where the item is among the fetched rows, or -1. */
export function indexOf(pages: Pages, id: string): number {
  for (const [page, rows] of pages) {
    const at = rows.findIndex((row) => row.id === id);
    if (at >= 0) return page * PAGE + at;
  }
  return -1;
}

export interface Slot {
  key: string;
  index: number;
  row: Row | undefined;
}

/**
 * The places of a span, each known by its item: when the list moves, an element moves with its item, and a click that
 * began on one item never ends on another.
 */
export function slotsIn(pages: Pages, { from, to }: Span): Slot[] {
  const taken = new Set<string>();
  const slots: Slot[] = [];
  for (let index = from; index < to; index++) {
    const row = rowAt(pages, index);
    // Two pages read at two moments may both have an item.
    const key = row && !taken.has(row.id) ? row.id : `place-${index}`;
    taken.add(key);
    slots.push({ key, index, row });
  }
  return slots;
}

/** The rows of a span that are fetched. */
export function rowsIn(pages: Pages, { from, to }: Span): Row[] {
  const rows: Row[] = [];
  for (let at = from; at < to; at++) {
    const row = rowAt(pages, at);
    if (row) rows.push(row);
  }
  return rows;
}
