/** The arithmetic of the virtual list: fixed row height, absolute offsets, pages of one size. */

export const PAGE = 100;
/** Rows drawn beyond each edge of the viewport. */
export const OVERSCAN = 6;

export interface Span {
  /** First row. */
  from: number;
  /** One beyond the last row. */
  to: number;
}

export function visible(scrollTop: number, height: number, rowHeight: number, total: number): Span {
  const from = Math.max(0, Math.min(total, Math.floor(scrollTop / rowHeight)));
  const to = Math.max(from, Math.min(total, Math.ceil((scrollTop + height) / rowHeight)));
  return { from, to };
}

export function drawn(seen: Span, total: number): Span {
  return { from: Math.max(0, seen.from - OVERSCAN), to: Math.min(total, seen.to + OVERSCAN) };
}

/** The pages that hold the rows, in order. */
export function pagesOf({ from, to }: Span): number[] {
  if (to <= from) return [];
  const first = Math.floor(from / PAGE);
  const last = Math.floor((to - 1) / PAGE);
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}

/** Pages worth having: those drawn, and one more where the viewport nears an edge. */
export function wanted(seen: Span, total: number): number[] {
  const near = PAGE / 4;
  return pagesOf({ from: Math.max(0, seen.from - near), to: Math.min(total, Math.max(seen.to, 1) + near) });
}

/** Where to scroll so that the row is fully seen; the same place when it is. */
export function scrollFor(index: number, scrollTop: number, height: number, rowHeight: number): number {
  const top = index * rowHeight;
  if (top < scrollTop) return top;
  if (top + rowHeight > scrollTop + height) return Math.max(0, top + rowHeight - height);
  return scrollTop;
}
