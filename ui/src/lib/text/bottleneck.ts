import type { GroupBy } from "$lib/generated";

const by: Record<GroupBy, string> = { stage: "Stage", holder: "Holder", owner: "Owner", cohort: "Cohort" };
const hints: Record<GroupBy, string> = {
  stage: "Where open work stands",
  holder: "Whose turn it is",
  owner: "Who owns it",
  cohort: "Which clients it is for",
};

export const bottleneck = {
  title: "Bottlenecks",
  groupBy: "Group by",
  by,
  hints,
  columns: {
    share: "Share of waiting",
    open: "Open",
    overdue: "Overdue",
    stuck: "Stuck",
    unassigned: "Unassigned",
    median: "Median age",
    p85: "p85 age",
    oldest: "Oldest",
  },
  all: "All open work",
  caption: "Open work, its age and what is late, by group. Every number opens the items behind it.",
  opens: (n: string, what: string, group: string) => `${group}: ${n} ${what}. Open them.`,
  share: (percent: string) => `${percent} %`,
  none: "–",
  emptyTitle: "No open work.",
  emptyBody: "As soon as items are open, this page shows where they wait longest.",
  note: "Ages are wall time since an item came to where it stands. Half are younger than the median, 85 of 100 younger than p85.",
};
