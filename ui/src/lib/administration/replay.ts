/** What a replay found, as figures and lines. */
import type { JourneyReplayView } from "$lib/generated";

export interface Moved {
  /** The item; null where the sentence does not begin with one. */
  reference: string | null;
  /** What would have been otherwise, one by one. */
  changes: string[];
}

/**
 * One sentence of a replay: `ACME-142: also asks legal; asks other people at sign_off`. What reads otherwise stays the
 * sentence that it is.
 */
export function moved(sentence: string): Moved {
  const [, reference, rest] = /^(\S+): (.+)$/.exec(sentence) ?? [];
  if (reference === undefined || rest === undefined) return { reference: null, changes: [sentence] };
  return { reference, changes: rest.split("; ") };
}

/** How many of the past items would have gone which way. */
export function ways({ looked_at, moved }: JourneyReplayView) {
  return { another: moved, same: looked_at - moved, all: looked_at };
}

/** In percent, as text. Some are never none, and not all are never all. */
export function percent(part: number, whole: number): string {
  if (part === 0 || whole === 0) return "0";
  if (part === whole) return "100";
  const share = (part / whole) * 100;
  if (share < 0.1) return "< 0.1";
  if (share > 99.9) return "> 99.9";
  return share < 10 || share > 90 ? share.toFixed(1) : share.toFixed(0);
}
