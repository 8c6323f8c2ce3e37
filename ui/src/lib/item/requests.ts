/** What each action needs before it can be asked for, and the request it becomes. */
import type { Action, ExceptionExit, Priority, Request } from "$lib/generated";

/** The actions that the window offers. */
export type Doable = Exclude<Action, "view" | "submit" | "set_fields" | "attach_version">;

export interface Draft {
  reason: string;
  body: string;
  person: string | null;
  category: string;
  exit: ExceptionExit;
  priority: Priority;
  dueAt: number | null;
}

export function emptyDraft(): Draft {
  return { reason: "", body: "", person: null, category: "", exit: "back", priority: "normal", dueAt: null };
}

/** Actions that are asked for at once, without a form. */
const IMMEDIATE: readonly Doable[] = ["approve", "claim", "complete", "de_escalate"];
/** Actions after which the item is somebody else's: the next one gets the focus. */
const MOVES_ON: readonly Doable[] = [
  "approve",
  "request_changes",
  "reassign",
  "escalate",
  "complete",
  "withdraw",
  "resubmit",
];
/** Decisions about content: what is on the screen must be what was looked at. */
const DECISIONS: readonly Doable[] = ["approve", "request_changes"];

export const needsForm = (action: Doable) => !IMMEDIATE.includes(action);
export const movesOn = (action: Doable) => MOVES_ON.includes(action);
export const decides = (action: Doable) => DECISIONS.includes(action);

export type Missing = "reason" | "body" | "person" | "category";

/** What is still missing, by field. Empty: it can be asked for. */
export function missing(action: Doable, draft: Draft): Missing[] {
  const blank = (text: string) => text.trim() === "";
  switch (action) {
    case "request_changes":
    case "escalate":
    case "withdraw":
    case "reopen":
    case "resolve_exception":
      return blank(draft.reason) ? ["reason"] : [];
    case "raise_exception":
      return [
        ...(blank(draft.category) ? ["category" as const] : []),
        ...(blank(draft.reason) ? ["reason" as const] : []),
      ];
    case "comment":
    case "note_internally":
      return blank(draft.body) ? ["body"] : [];
    case "reassign":
      return draft.person === null ? ["person"] : [];
    default:
      return [];
  }
}

export function requestOf(action: Doable, draft: Draft): Request {
  const reason = draft.reason.trim();
  const optional = reason === "" ? null : reason;
  switch (action) {
    case "approve":
      return { do: "approve", comment: optional };
    case "request_changes":
      return { do: "request_changes", reason };
    case "claim":
      return { do: "claim" };
    case "reassign":
      return { do: "reassign", to: draft.person ?? "", reason: optional };
    case "escalate":
      return { do: "escalate", reason };
    case "de_escalate":
      return { do: "de_escalate", reason: optional };
    case "comment":
      return { do: "comment", visibility: "client", body: draft.body.trim() };
    case "note_internally":
      return { do: "comment", visibility: "internal", body: draft.body.trim() };
    case "complete":
      return { do: "complete" };
    case "resubmit":
      return { do: "resubmit", comment: optional };
    case "withdraw":
      return { do: "withdraw", reason };
    case "reopen":
      return { do: "reopen", reason };
    case "raise_exception":
      return { do: "raise_exception", category: draft.category.trim(), reason };
    case "resolve_exception":
      return { do: "resolve_exception", to: draft.exit, reason };
    case "set_priority":
      return { do: "set_priority", priority: draft.priority };
    case "set_due":
      return { do: "set_due", due_at: draft.dueAt };
  }
}
