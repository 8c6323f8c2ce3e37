import type { Kind, PendingMark, Phase, Priority, Queue, SortBy, StuckReason } from "$lib/generated";

const names: Record<Queue, string> = {
  my_turn: "My turn",
  team: "Team queue",
  mine: "Owned by me",
  waiting_on_client: "Waiting on client",
  escalated: "Escalated",
  stuck: "Stuck",
  open: "All open",
  closed: "Closed",
};

const kinds: Record<Kind, string> = {
  request: "Request",
  deliverable: "Deliverable",
  ticket: "Ticket",
  invoice: "Invoice",
};

const phases: Record<Phase, string> = {
  draft: "Draft",
  submitted: "Submitted",
  in_review: "In review",
  changes_requested: "Changes requested",
  approved: "Approved",
  completed: "Completed",
  exception: "Exception",
  withdrawn: "Withdrawn",
};

const priorities: Record<Priority, string> = { low: "Low", normal: "Normal", high: "High", urgent: "Urgent" };
const pending: Record<PendingMark, string> = { pending: "Pending", conflict: "Conflict", refused: "Refused" };
const stuck: Record<StuckReason, string> = {
  past_due: "Stuck: past due",
  slower_than_usual: "Stuck: longer here than 85 of 100 items were",
  uncovered: "Stuck: nobody can decide it",
};
/** In the queue of what is stuck, where the word itself need not be said again. */
const stuckShort: Record<StuckReason, string> = {
  past_due: "Past due",
  slower_than_usual: "Slower than usual",
  uncovered: "Nobody can decide",
};
const sorts: Record<SortBy, string> = {
  due: "Due",
  age: "Age",
  updated: "Updated",
  priority: "Priority",
  reference: "Reference",
  title: "Title",
};

const empty: Record<Queue, { title: string; body: string }> = {
  my_turn: {
    title: "Nothing waits for you.",
    body: "Every decision that was yours is taken. Your team may welcome a hand.",
  },
  team: {
    title: "The team is through.",
    body: "No review is open in your reach. New ones arrive here as clients hand in work.",
  },
  mine: {
    title: "You own nothing that is open.",
    body: "Items of your clients appear here from their first day to their last.",
  },
  waiting_on_client: {
    title: "No client owes an answer.",
    body: "What is sent back for changes waits here until it returns.",
  },
  escalated: {
    title: "Nothing is escalated.",
    body: "When somebody needs a team lead, the item stands here until it is settled.",
  },
  stuck: {
    title: "Everything moves.",
    body: "No item is past due, slower than usual, or without anybody to decide it.",
  },
  open: { title: "Nothing is open.", body: "As soon as a client hands something in, it can be found here." },
  closed: { title: "Nothing is closed yet.", body: "Completed and withdrawn items can be looked up here." },
};

export const queue = {
  names,
  kinds,
  phases,
  priorities,
  pending,
  stuck,
  stuckShort,
  sorts,
  empty,
  list: (name: string) => `${name}: items`,
  sortBy: "Sort by",
  ascending: "Ascending",
  descending: "Descending",
  sortedBy: (name: string, descending: boolean) => `Sorted by ${name.toLowerCase()}${descending ? ", reversed" : ""}`,
  overdueCount: (n: string) => `${n} overdue`,
  countLabel: (name: string, n: string, overdue: string | null) =>
    overdue ? `${name}, ${n} items, ${overdue} overdue` : `${name}, ${n} items`,
  columns: {
    reference: "Reference",
    title: "Title",
    client: "Client",
    stage: "Stage",
    owner: "Owner",
    age: "Age",
    due: "Due",
  },
  nobody: "Nobody",
  unassigned: "Unassigned",
  you: "You",
  escalated: "Escalated",
  overdue: "Overdue",
  ownedBy: (name: string) => `owned by ${name}`,
  noOwner: "without an owner",
  waitsFor: (names: string) => `waits for ${names}`,
  hereFor: (span: string) => `here for ${span}`,
  since: (when: string) => `Here since ${when}`,
  dueAt: (when: string) => `Due ${when}`,
  priorityOf: (name: string) => `${name} priority`,
  loadingTitle: "Items are being loaded.",
  loadingBody: "What waits for you appears as soon as all of it is here.",
  filter: {
    label: "Filter",
    placeholder: "Filter: stage:legal owner:me is:overdue “words”",
    clear: "Clear the filter",
    matching: (n: string) => `${n} match`,
    noneTitle: "Nothing matches this filter.",
    noneBody: (filter: string, name: string) => `No item in ${name} fits ${filter}.`,
    searchAll: "Look in All open",
    suggestions: "Often used",
    terms: ["owner:me", "is:overdue", "is:stuck", "is:unassigned", "due:<2d", "priority:high", "-kind:invoice"],
    removeTerm: (term: string) => `Remove ${term}`,
  },
  next: { team: "Open Team queue", stuck: "See what is stuck", open: "All open items" },
  selected: (n: string) => `${n} selected`,
  selectAllMatching: (n: string) => `Select all ${n} matching`,
  allMatching: (n: string) => `All ${n} matching are selected`,
  clearSelection: "Clear selection",
  dropped: (n: number) =>
    n === 1
      ? "1 selected item is no longer shown, and was let go."
      : `${n} selected items are no longer shown, and were let go.`,
  loading: "Loading",
  select: (reference: string) => `Select ${reference}`,
};
