import type { Row } from "$lib/generated";
import { text } from "$lib/text/en";
import { due, span } from "$lib/time/relative";

/** A row in one sentence, for those who hear it. */
export function rowName(row: Row, now: number): string {
  const words = text.queue;
  const waiting = row.waiting_on.map((one) => (one.is_me ? words.you : one.name)).join(", ");
  return [
    row.reference,
    row.title,
    row.client_name,
    row.stage_name,
    row.pending && words.pending[row.pending],
    row.escalated && words.escalated,
    row.stuck && words.stuck[row.stuck],
    row.priority !== "normal" && words.priorityOf(words.priorities[row.priority]),
    waiting && words.waitsFor(waiting),
    row.owner ? words.ownedBy(row.owner.is_me ? words.you : row.owner.name) : words.noOwner,
    words.hereFor(span(now - row.entered_at)),
    row.due_at !== null && due(row.due_at, now).long,
  ]
    .filter((part): part is string => typeof part === "string" && part !== "")
    .join(", ");
}

/** Splits a filter into its terms, to be shown and removed one by one. */
export function termsOf(filter: string): string[] {
  return [...filter.matchAll(/-?(?:[\w_]+:)?(?:"[^"]*"?|[^\s"]+)/g)].map(([term]) => term);
}

export function withoutTerm(filter: string, at: number): string {
  return termsOf(filter)
    .filter((_, index) => index !== at)
    .join(" ");
}

/** Adds a term, unless it is there. */
export function withTerm(filter: string, term: string): string {
  return termsOf(filter).includes(term) ? filter : `${filter.trim()} ${term}`.trim();
}
