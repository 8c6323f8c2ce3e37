/** The order of a list. */
import type { ListQuery, Priority } from "$lib/generated";
import type { FakeItem } from "./organisation";

const PRIORITY: Record<Priority, number> = { low: 0, normal: 1, high: 2, urgent: 3 };

export function sorted(items: FakeItem[], query: ListQuery): FakeItem[] {
  const value = (item: FakeItem): number | string => {
    switch (query.sort) {
      case "due":
        return item.dueAt ?? Number.MAX_SAFE_INTEGER;
      case "age":
        return item.enteredAt;
      case "updated":
        return -item.updatedAt;
      case "priority":
        return -PRIORITY[item.priority];
      case "reference":
        return item.reference;
      case "title":
        return item.title;
    }
  };
  const keyed = items.map((item) => ({ item, key: value(item) }));
  const turn = query.descending ? -1 : 1;
  keyed.sort((a, b) => (a.key < b.key ? -turn : a.key > b.key ? turn : a.item.id < b.item.id ? -1 : 1));
  return keyed.map(({ item }) => item);
}
