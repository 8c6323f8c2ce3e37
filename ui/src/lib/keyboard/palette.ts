import { text } from "$lib/text/en";
import { fold } from "$lib/text/fold";
import { BINDINGS, type CommandId, type Group } from "./registry";

export type PaletteEntry =
  | { kind: "command"; id: CommandId; label: string; keys?: string }
  | { kind: "item"; reference: string; label: string; keys?: undefined }
  | { kind: "filter"; words: string; label: string; keys?: undefined };

const ORDER: readonly Group[] = ["decide", "go", "general", "select", "move"];
const REFERENCE = /^[a-z][a-z0-9]*-\d+$/i;

/** What the palette offers for the words typed: references first, then commands, then a filter for the words. */
export function entriesFor(typed: string, leads: boolean, inQueue: boolean, arranges = false): PaletteEntry[] {
  const wanted = fold(typed.trim());
  const commands: PaletteEntry[] = BINDINGS.filter(
    (one) =>
      !one.keyOnly &&
      (inQueue || one.context === "global") &&
      (leads || one.id !== "goBottleneck") &&
      (arranges || (one.id !== "goJourneys" && one.id !== "goCalendars")),
  )
    .map((one) => ({ one, rank: rank(fold(one.label), wanted) }))
    .filter(({ rank }) => rank < 9)
    .sort((a, b) => a.rank - b.rank || ORDER.indexOf(a.one.group) - ORDER.indexOf(b.one.group))
    .map(({ one }) => ({ kind: "command", id: one.id, label: one.label, keys: one.keys[0] }));
  if (wanted === "") return commands;
  const entries: PaletteEntry[] = [];
  if (REFERENCE.test(wanted))
    entries.push({ kind: "item", reference: wanted, label: text.frame.palette.openItem(wanted) });
  entries.push(...commands);
  if (inQueue) entries.push({ kind: "filter", words: typed.trim(), label: text.frame.palette.filterFor(typed.trim()) });
  return entries;
}

/** Smaller is better; 9 does not fit. */
function rank(label: string, wanted: string): number {
  if (wanted === "") return 0;
  if (label.startsWith(wanted)) return 1;
  if (label.split(" ").some((word) => word.startsWith(wanted))) return 2;
  if (label.includes(wanted)) return 3;
  const initials = label
    .split(" ")
    .map((word) => word[0])
    .join("");
  return initials.startsWith(wanted) ? 4 : 9;
}
