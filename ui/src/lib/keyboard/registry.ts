/**
 * The one list of keys. Shortcuts, the palette, menus and the help sheet all read it, so that they cannot disagree.
 * A binding names a command; the commands themselves are in `commands.ts`.
 */
import type { Doable } from "$lib/item/requests";
import { text } from "$lib/text/en";

/** Where a key works. `global` works wherever no dialog is open; `queue` only while a queue is shown. */
export type KeyContext = "global" | "queue";

export type Group = "move" | "select" | "decide" | "go" | "general";

export interface Binding {
  id: CommandId;
  keys: readonly string[];
  context: KeyContext;
  group: Group;
  label: string;
  /** Not offered in the palette: it only makes sense as a key. */
  keyOnly?: boolean;
}

export type CommandId =
  | "next"
  | "previous"
  | "extendDown"
  | "extendUp"
  | "first"
  | "last"
  | "pageDown"
  | "pageUp"
  | "open"
  | "back"
  | "toggle"
  | "selectInView"
  | "paneNext"
  | "panePrevious"
  | Doable
  | "newItem"
  | "more"
  | "filter"
  | "palette"
  | "help"
  | "undo"
  | "syncNow"
  | "settings"
  | "goMyTurn"
  | "goTeam"
  | "goMine"
  | "goWaiting"
  | "goEscalated"
  | "goStuck"
  | "goOpen"
  | "goClosed"
  | "goOutbox"
  | "goBottleneck"
  | "goAway"
  | "goJourneys"
  | "goCalendars";

const names = text.commands;

function binding(group: Group, context: KeyContext, id: CommandId, keys: readonly string[], keyOnly = false): Binding {
  return { id, keys, context, group, label: names[id], keyOnly };
}

export const BINDINGS: readonly Binding[] = [
  binding("move", "queue", "next", ["j", "ArrowDown"], true),
  binding("move", "queue", "previous", ["k", "ArrowUp"], true),
  binding("move", "queue", "first", ["Home"], true),
  binding("move", "queue", "last", ["End"], true),
  binding("move", "queue", "pageDown", ["PageDown"], true),
  binding("move", "queue", "pageUp", ["PageUp"], true),
  binding("move", "queue", "open", ["Enter", "o"], true),
  binding("move", "queue", "back", ["Escape", "u"], true),
  binding("move", "queue", "panePrevious", ["["], true),
  binding("move", "queue", "paneNext", ["]"], true),

  binding("select", "queue", "toggle", ["x"], true),
  binding("select", "queue", "extendDown", ["Shift+ArrowDown", "Shift+j"], true),
  binding("select", "queue", "extendUp", ["Shift+ArrowUp", "Shift+k"], true),
  binding("select", "queue", "selectInView", ["Mod+a"]),

  binding("decide", "queue", "approve", ["a"]),
  binding("decide", "queue", "request_changes", ["c"]),
  binding("decide", "queue", "claim", ["t"]),
  binding("decide", "queue", "reassign", ["m"]),
  binding("decide", "queue", "escalate", ["f"]),
  binding("decide", "queue", "complete", ["d"]),
  binding("decide", "queue", "note_internally", ["n"]),
  binding("decide", "queue", "comment", ["r"]),
  binding("decide", "queue", "set_priority", ["p"]),
  binding("decide", "queue", "set_due", ["Shift+d"]),
  binding("decide", "queue", "set_fields", ["Shift+e"]),
  // On purpose without a key: they are found by their names.
  binding("decide", "queue", "de_escalate", []),
  binding("decide", "queue", "resubmit", []),
  binding("decide", "queue", "raise_exception", []),
  binding("decide", "queue", "resolve_exception", []),
  binding("decide", "queue", "reopen", []),
  binding("decide", "queue", "override", []),
  binding("decide", "queue", "withdraw", []),
  binding("decide", "queue", "more", ["."], true),

  binding("go", "global", "goMyTurn", ["g i"]),
  binding("go", "global", "goTeam", ["g q"]),
  binding("go", "global", "goMine", ["g m"]),
  binding("go", "global", "goWaiting", ["g w"]),
  binding("go", "global", "goEscalated", ["g e"]),
  binding("go", "global", "goStuck", ["g s"]),
  binding("go", "global", "goOpen", ["g a"]),
  binding("go", "global", "goClosed", ["g c"]),
  binding("go", "global", "goOutbox", ["g o"]),
  binding("go", "global", "goBottleneck", ["g d"]),
  binding("go", "global", "goAway", ["g v"]),
  binding("go", "global", "goJourneys", ["g j"]),
  binding("go", "global", "goCalendars", ["g k"]),

  binding("general", "global", "newItem", ["Shift+n"]),
  binding("general", "global", "palette", ["Mod+k"], true),
  binding("general", "global", "filter", ["/"]),
  binding("general", "global", "undo", ["Mod+z"]),
  binding("general", "global", "syncNow", ["Mod+r"]),
  binding("general", "global", "settings", ["Mod+,"]),
  binding("general", "global", "help", ["?"]),
];

/** Whether a key that is held down goes on: through the list, and never from one decision to the next. */
export function repeats(binding: Binding): boolean {
  return binding.group === "move" || binding.id === "extendDown" || binding.id === "extendUp";
}

const BY_ID = new Map(BINDINGS.map((one) => [one.id, one]));

/** The first key of a command, to be shown beside its name. */
export function keyFor(id: CommandId): string | undefined {
  return BY_ID.get(id)?.keys[0];
}

/** Keys that would fire two commands at once, or hide a sequence. Tested to be empty. */
export function conflicts(bindings: readonly Binding[] = BINDINGS): string[] {
  const taken = new Map<string, CommandId>();
  const found: string[] = [];
  const firsts = new Set(
    bindings.flatMap((one) => one.keys.filter((k) => k.includes(" ")).map((k) => k.split(" ")[0])),
  );
  for (const one of bindings)
    for (const key of one.keys) {
      const other = taken.get(key);
      if (other) found.push(`${key}: ${other} and ${one.id}`);
      if (firsts.has(key)) found.push(`${key}: ${one.id} hides a sequence`);
      taken.set(key, one.id);
    }
  return found;
}
