/** The filter grammar, as far as the sample organisation needs it. The engine's own reader rules. */
import type { FilterProblem } from "$lib/generated";
import { ME } from "./names";
import { STAGES } from "./journeys";
import { DAY, type FakeItem, HOUR, isOpen } from "./organisation";
import { isUnassigned, waitingOn } from "./reviews";

export interface Matcher {
  matches(item: FakeItem): boolean;
  problems: FilterProblem[];
}

export interface Facts {
  now: number;
  pending(item: FakeItem): boolean;
  stuck(item: FakeItem): boolean;
}

type Test = (item: FakeItem) => boolean;

const IS = ["overdue", "stuck", "escalated", "unassigned", "pending"];
const KEYS = "stage, owner, assignee, client, cohort, kind, phase, priority, is, due, age";

export function overdue(item: FakeItem, now: number): boolean {
  return isOpen(item.phase) && item.dueAt !== null && item.dueAt < now;
}

export function readFilter(text: string, facts: Facts): Matcher {
  const problems: FilterProblem[] = [];
  const tests: Test[] = [];
  for (const [term] of text.matchAll(/-?(?:[\w_]+:)?(?:"[^"]*"?|[^\s"]+)/g)) {
    const negated = term.startsWith("-") && term.length > 1;
    const result = readTerm(negated ? term.slice(1) : term, facts);
    if (typeof result === "string") {
      problems.push({ term, message: result });
      tests.push(() => false);
    } else tests.push(negated ? (item) => !result(item) : result);
  }
  return { problems, matches: (item) => tests.every((test) => test(item)) };
}

function readTerm(term: string, facts: Facts): Test | string {
  const match = /^([\w_]+):(.*)$/.exec(term);
  if (!match) {
    const wanted = term.replaceAll('"', "").toLowerCase();
    return (item) => `${item.reference} ${item.title} ${item.company.name}`.toLowerCase().includes(wanted);
  }
  const key = match[1] ?? "";
  const value = (match[2] ?? "").replaceAll('"', "").toLowerCase();
  const person = (id: string, name: string) =>
    value === "me" ? id === ME.id : `${id} ${name}`.toLowerCase().includes(value);
  if (value === "") return `Say what “${key}” should be, for example ${key === "is" ? "is:overdue" : `${key}:acme`}.`;
  switch (key) {
    case "stage": {
      const known = STAGES.some((stage) => matchesStage(stage.key, stage.name, value));
      if (!known) return `There is no stage “${value}”. Stages are ${STAGES.map((s) => s.key).join(", ")}.`;
      return (item) => {
        const stage = item.journey.stages[item.stage];
        return item.phase === "in_review" && !!stage && matchesStage(stage.key, stage.name, value);
      };
    }
    case "owner":
      return (item) => (item.owner ? person(item.owner.id, item.owner.name) : value === "nobody");
    case "assignee":
      return (item) => waitingOn(item).some((reviewer) => person(reviewer.id, reviewer.name));
    case "client":
      return (item) => `${item.company.code} ${item.company.name}`.toLowerCase().includes(value);
    case "cohort":
      return (item) => item.company.cohort.includes(value);
    case "kind":
      return (item) => item.kind === value;
    case "phase":
      return (item) => item.phase === value;
    case "priority":
      return (item) => item.priority === value;
    case "is":
      return isTest(value, facts) ?? `“is:${value}” is not known. Use one of ${IS.join(", ")}.`;
    case "due":
    case "age": {
      const span = /^([<>])(\d+)([hdw])$/.exec(value);
      if (!span) return `Write a span such as ${key}:${key === "due" ? "<2d" : ">5d"}; h, d and w are understood.`;
      const limit = Number(span[2]) * { h: HOUR, d: DAY, w: 7 * DAY }[span[3] as "h" | "d" | "w"];
      const less = span[1] === "<";
      return (item) => {
        if (key === "due" && item.dueAt === null) return false;
        const found = key === "due" ? (item.dueAt ?? 0) - facts.now : facts.now - item.enteredAt;
        return less ? found < limit : found > limit;
      };
    }
    default:
      return `“${key}:” is not known. Use one of ${KEYS}, or put the words in quotes.`;
  }
}

function matchesStage(key: string, name: string, value: string): boolean {
  return key === value || name.toLowerCase().includes(value);
}

function isTest(value: string, facts: Facts): Test | null {
  switch (value) {
    case "overdue":
      return (item) => overdue(item, facts.now);
    case "stuck":
      return facts.stuck;
    case "escalated":
      return (item) => item.escalation !== null;
    case "unassigned":
      return isUnassigned;
    case "pending":
      return facts.pending;
    default:
      return null;
  }
}
