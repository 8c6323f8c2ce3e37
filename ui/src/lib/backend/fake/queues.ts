/** What a queue and its filter hold, in order. */
import type { FilterProblem, ListQuery, Queue, QueueCount } from "$lib/generated";
import type { Outbox } from "./commands";
import { type Facts, overdue, readFilter } from "./filter";
import { ME } from "./names";
import { type FakeItem, isOpen } from "./organisation";
import { waitingOn } from "./reviews";
import { sorted } from "./sorting";
import { stuckReason } from "./views";

export const ALL: ListQuery = { queue: "open", filter: "", sort: "due", descending: false, offset: 0, limit: 500 };

const QUEUES: readonly Queue[] = [
  "my_turn",
  "team",
  "mine",
  "waiting_on_client",
  "escalated",
  "stuck",
  "open",
  "closed",
];

/** With more items than this an answer is kept until something changes. */
const MANY = 5000;

interface Answer {
  items: FakeItem[];
  problems: FilterProblem[];
}

export class Queues {
  #kept = new Map<string, Answer>();

  constructor(
    private readonly items: ReadonlyMap<string, FakeItem>,
    private readonly outbox: Outbox,
    private readonly now: () => number,
  ) {}

  /** Something changed. */
  forget(): void {
    this.#kept.clear();
  }

  counts(): QueueCount[] {
    return QUEUES.map((queue) => {
      const { items } = this.matching({ ...ALL, queue });
      return { queue, count: items.length, overdue: items.filter((item) => overdue(item, this.now())).length };
    });
  }

  /** In no order. */
  matching(query: ListQuery): Answer {
    const matcher = readFilter(query.filter, this.#facts());
    const items = [...this.items.values()].filter((item) => this.#holds(query.queue, item) && matcher.matches(item));
    return { items, problems: matcher.problems };
  }

  /** All of it, whatever part was asked for. */
  sorted(query: ListQuery): Answer {
    const key = JSON.stringify({ ...query, offset: 0, limit: 0 });
    const kept = this.#kept.get(key);
    if (kept) return kept;
    const { items, problems } = this.matching(query);
    const answer = { items: sorted(items, query), problems };
    if (this.items.size > MANY) this.#kept.set(key, answer);
    return answer;
  }

  ids(query: ListQuery): string[] {
    return this.sorted(query).items.map((item) => item.id);
  }

  #facts(): Facts {
    const now = this.now();
    return {
      now,
      pending: (item) => this.outbox.markOf(item.id) !== null,
      stuck: (item) => stuckReason(item, now) !== null,
    };
  }

  #holds(queue: Queue, item: FakeItem): boolean {
    switch (queue) {
      case "my_turn":
        return item.phase === "in_review"
          ? waitingOn(item).includes(ME)
          : item.phase === "approved" && item.owner === ME;
      case "team":
        return item.phase === "in_review";
      case "mine":
        return item.owner === ME && isOpen(item.phase);
      case "waiting_on_client":
        return item.phase === "changes_requested";
      case "escalated":
        return item.escalation !== null && isOpen(item.phase);
      case "stuck":
        return stuckReason(item, this.now()) !== null;
      case "open":
        return isOpen(item.phase);
      case "closed":
        return !isOpen(item.phase);
    }
  }
}
