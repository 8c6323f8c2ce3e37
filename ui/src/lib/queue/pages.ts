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

/** The rows of a span that are fetched. */
export function rowsIn(pages: Pages, { from, to }: Span): Row[] {
  const rows: Row[] = [];
  for (let at = from; at < to; at++) {
    const row = rowAt(pages, at);
    if (row) rows.push(row);
  }
  return rows;
}
