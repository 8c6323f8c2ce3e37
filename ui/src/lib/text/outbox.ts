import type { JournalEnd, OutboxState } from "$lib/generated";

const states: Record<OutboxState, string> = {
  held: "Held",
  waiting: "Waiting",
  sending: "Sending",
  confirmed: "Confirmed",
  conflict: "Conflict",
  refused: "Refused",
  quarantined: "Set aside",
  blocked: "Blocked",
  uploading: "Uploading",
  upload_stopped: "File stopped",
  stale: "Still right?",
};

export const outbox = {
  title: "Outbox",
  lead: (pending: number, attention: number) => {
    const waits = pending === 1 ? "1 change is on its way" : `${pending} changes are on their way`;
    const needs = attention === 1 ? "1 needs you" : `${attention} need you`;
    if (pending === 0 && attention === 0) return "Everything you did has reached the portal.";
    if (attention === 0) return `${waits}.`;
    return pending === 0 ? `${needs}.` : `${needs}; ${waits}.`;
  },
  attention: "Needs you",
  onTheWay: "On the way",
  recent: "Recent actions",
  recentHint: "Done since this window was opened.",
  states,
  progress: (name: string) => `Upload of ${name}`,
  undo: "Undo",
  retry: "Retry",
  retryHint: "It goes with the next contact, as you saw it",
  discard: "Discard",
  open: (reference: string) => `Open ${reference}`,
  decideOtherwise: "Decide otherwise",
  again: (message: string) => `The same, on what is there now: ${message}`,
  notAgain: (message: string) => `The same cannot be done any more: ${message}`,
  againHint: "Bound to what stands here: if it changes once more, nothing is done",
  decidedAgain: (what: string, reference: string) => `${what}: ${reference}, as it is now`,
  history: "What became of earlier changes",
  historyEmpty: "Nothing left the outbox in the last thirty days.",
  ends: { done: "Done", discarded: "Discarded", put_away: "Put away", superseded: "Decided again" } satisfies Record<
    JournalEnd,
    string
  >,
  since: "Since you looked",
  what: "What",
  seen: "What you saw",
  mine: "With your change",
  current: "What is there now",
  discarded: "The change was discarded.",
  retried: "It goes with the next contact.",
  emptyTitle: "The outbox is empty.",
  emptyBody:
    "What you do is shown at once, held for ten seconds so that you can undo it, then sent. It stands here until the portal has it.",
  undone: "Undone",
  discardConfirm: "Discard for good?",
};
