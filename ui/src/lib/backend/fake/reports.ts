import type { BottleneckCell, BottleneckView, GroupBy } from "$lib/generated";
import type { FakeItem } from "./organisation";
import { overdue } from "./filter";
import { isUnassigned, waitingOn } from "./reviews";
import { stageName, stuckReason } from "./views";

function cellOf(items: FakeItem[], now: number, filter: string): BottleneckCell {
  const ages = items.map((item) => now - item.enteredAt).sort((a, b) => a - b);
  const at = (share: number) => ages[Math.min(ages.length - 1, Math.floor(ages.length * share))] ?? null;
  return {
    open: items.length,
    overdue: items.filter((item) => overdue(item, now)).length,
    stuck: items.filter((item) => stuckReason(item, now) !== null).length,
    unassigned: items.filter(isUnassigned).length,
    median_age_ms: at(0.5),
    p85_age_ms: at(0.85),
    oldest_age_ms: ages.at(-1) ?? null,
    filter,
  };
}

/** The groups that an item counts in: key, name, filter. */
function groupsOf(item: FakeItem, by: GroupBy): [string, string, string][] {
  switch (by) {
    case "stage": {
      const stage = item.phase === "in_review" ? item.journey.stages[item.stage] : undefined;
      return [
        stage ? [stage.key, stage.name, `stage:${stage.key}`] : [item.phase, stageName(item), `phase:${item.phase}`],
      ];
    }
    case "holder":
      if (item.phase !== "in_review") return [["-", "With the client or the owner", "-phase:in_review"]];
      if (waitingOn(item).length === 0) return [["none", "Nobody", "is:unassigned"]];
      return waitingOn(item).map((one) => [one.id, one.name, `assignee:${one.id}`]);
    case "owner":
      return [
        item.owner ? [item.owner.id, item.owner.name, `owner:${item.owner.id}`] : ["none", "Nobody", "owner:nobody"],
      ];
    case "cohort":
      return [[item.company.cohort, item.company.cohort, `cohort:"${item.company.cohort}"`]];
  }
}

/** As the engine says it. */
export const STUCK =
  "Stuck is what is past its due time, what nobody can decide because somebody is away, and what has been at its " +
  "stage for longer than 85 of 100 closed reviews of that stage took (where at least 20 are known).";

export function bottleneck(open: FakeItem[], by: GroupBy, filter: string, now: number): BottleneckView {
  const groups = new Map<string, { name: string; filter: string; items: FakeItem[] }>();
  for (const item of open)
    for (const [key, name, own] of groupsOf(item, by)) {
      const group = groups.get(key) ?? { name, filter: own, items: [] };
      group.items.push(item);
      groups.set(key, group);
    }
  const waiting = (items: FakeItem[]) => items.reduce((sum, item) => sum + now - item.enteredAt, 0);
  const all = [...groups.values()].reduce((sum, group) => sum + waiting(group.items), 0) || 1;
  const view = [...groups].map(([key, group]) => ({
    key,
    name: group.name,
    cell: cellOf(group.items, now, [group.filter, filter].filter(Boolean).join(" ")),
    share_of_waiting: waiting(group.items) / all,
  }));
  view.sort((a, b) => b.share_of_waiting - a.share_of_waiting);
  const first = view[0];
  return {
    group_by: by,
    sentence: first
      ? `${Math.round(first.share_of_waiting * 100)} % of all waiting is at ${first.name}: ${first.cell.open} open items, half of them there for more than ${Math.round((first.cell.median_age_ms ?? 0) / 86_400_000)} days.`
      : "Nothing is open.",
    open: cellOf(open, now, filter),
    groups: view,
    stuck_definition: STUCK,
  };
}
