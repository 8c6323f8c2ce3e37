/** The engine's reckoning of a due time, set in columns: when, and what that stretch of time was. */
import type { LedgerLine } from "$lib/generated";

export type LedgerKind = "counted" | "stood" | "due";

export function kindOf(line: LedgerLine): LedgerKind {
  if (line.segment === null) return "due";
  return line.segment.what === "counted" ? "counted" : "stood";
}
