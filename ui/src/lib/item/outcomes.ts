import type { ActItemResult } from "$lib/generated";

export interface OutcomeGroup {
  accepted: boolean;
  message: string;
  references: string[];
}

/** Results that say the same stand together: first what goes through, then what does not; large groups first. */
export function grouped(results: readonly ActItemResult[]): OutcomeGroup[] {
  const groups = new Map<string, OutcomeGroup>();
  for (const { accepted, reference, message } of results) {
    // Sentences that differ only by the item's own reference say the same.
    const said = results.length > 1 ? message.replaceAll(`${reference} is `, "It is ") : message;
    const key = `${accepted}:${said}`;
    const group = groups.get(key) ?? { accepted, message: said, references: [] };
    group.references.push(reference);
    groups.set(key, group);
  }
  return [...groups.values()].sort(
    (a, b) => Number(b.accepted) - Number(a.accepted) || b.references.length - a.references.length,
  );
}
