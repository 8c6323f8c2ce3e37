/** Builds the sample organisation's items: thousands, in every state that the product knows. */
import type { AttachmentVersionView, CommentView, HistoryLine, Kind, Phase, Priority } from "$lib/generated";
import { type FakeJourney, STANDARD, type Stage } from "./journeys";
import { COMPANIES, type Company, ME, PROJECTS, REASONS, STAFF, type Staff, TITLES } from "./names";
import { digestOf, Random } from "./random";
import { type FakeReview, opened, person } from "./reviews";

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

export interface FakeItem {
  id: string;
  number: number;
  reference: string;
  kind: Kind;
  title: string;
  company: Company;
  project: string | null;
  owner: Staff | null;
  priority: Priority;
  phase: Phase;
  journey: FakeJourney;
  /** Which of the journey's stages it is at, or was. */
  stage: number;
  round: number;
  assignment: number;
  content: string;
  /** The open steps of its stage, side by side. */
  reviews: FakeReview[];
  /** Steps that were closed, oldest first. What came before them is made up when the item is opened. */
  closedReviews: FakeReview[];
  /** Values that approvals filled in. */
  fields: Record<string, string>;
  /** Written by staff, in the place of what was handed in. */
  written: Record<string, string>;
  description: string | null;
  /** Keyed in by staff: nothing was handed in by a client. */
  keyedIn: boolean;
  contributors: string[];
  createdAt: number;
  enteredAt: number;
  updatedAt: number;
  dueAt: number | null;
  completedAt: number | null;
  escalation: { level: number; reason: string; by: string; to: Staff | null; at: number } | null;
  exception: { category: string; reason: string; by: string; at: number; from: Phase } | null;
  /** Added by acting; what came before is made up when the item is opened. */
  comments: CommentView[];
  history: HistoryLine[];
  commentCount: number;
  attachmentCount: number;
  /** Added by acting, the newest first. */
  added: AddedVersion[];
}

export interface AddedVersion {
  attachment: string;
  name: string;
  version: AttachmentVersionView;
}

const PHASES: readonly (readonly [Phase, number])[] = [
  ["in_review", 0.52],
  ["changes_requested", 0.12],
  ["approved", 0.08],
  ["exception", 0.03],
  ["submitted", 0.02],
  ["completed", 0.19],
  ["withdrawn", 0.04],
];

function phaseFor(random: Random): Phase {
  let left = random.next();
  for (const [phase, share] of PHASES) {
    if (left < share) return phase;
    left -= share;
  }
  return "in_review";
}

export function isOpen(phase: Phase): boolean {
  return phase !== "completed" && phase !== "withdrawn" && phase !== "draft";
}

export function buildItems(count: number, now: number): FakeItem[] {
  const random = new Random(20261122);
  const numbers = new Map<string, number>();
  return Array.from({ length: count }, (_, at) => buildItem(at, random, numbers, now));
}

function buildItem(at: number, random: Random, numbers: Map<string, number>, now: number): FakeItem {
  const company = random.pick(COMPANIES);
  const number = (numbers.get(company.code) ?? 100) + 1 + random.below(2);
  numbers.set(company.code, number);
  const kind = random.pick<Kind>(["request", "deliverable", "deliverable", "ticket", "invoice"]);
  const phase = phaseFor(random);
  // Legal is the organisation's bottleneck: more items stand there, and they are older.
  const stage = random.pick([0, 1, 1, 2, 2, 2, 3]);
  const step = STANDARD.stages[stage] ?? STANDARD.stages[0]!;
  const late = random.chance(stage === 2 ? 0.22 : 0.07) ? 1.1 + random.next() * 3 : 1;
  const age = Math.round(Math.pow(random.next(), 1.3) * step.hours * HOUR * late + 4 * 60_000);
  const enteredAt = now - age;
  const owner = random.chance(0.06) ? null : random.chance(0.02) ? ME : random.pick(STAFF);
  const item: FakeItem = {
    id: `i-${at.toString(36).padStart(5, "0")}`,
    number: at,
    reference: `${company.code}-${number}`,
    kind,
    title: random.pick(TITLES[kind]),
    company,
    project: random.pick(PROJECTS),
    owner,
    priority: random.chance(0.05) ? "urgent" : random.chance(0.13) ? "high" : random.chance(0.1) ? "low" : "normal",
    phase,
    journey: STANDARD,
    stage,
    round: random.chance(0.24) ? 2 + random.below(2) : 1,
    assignment: 1 + random.below(3),
    content: digestOf(`${at}`),
    reviews: phase === "in_review" ? [reviewOf(step, random, enteredAt)] : [],
    closedReviews: [],
    fields: {},
    written: {},
    description: null,
    keyedIn: false,
    contributors: random.chance(0.07) ? [ME.id] : [],
    createdAt: enteredAt - random.below(12) * DAY - 3 * HOUR,
    enteredAt,
    updatedAt: enteredAt + random.below(Math.max(1, age)),
    dueAt: random.chance(0.09) ? null : enteredAt + step.hours * HOUR,
    completedAt: phase === "completed" ? enteredAt : null,
    escalation: null,
    exception: null,
    comments: [],
    history: [],
    commentCount: random.chance(0.5) ? 0 : 1 + random.below(6),
    attachmentCount: random.chance(0.35) ? 0 : 1 + random.below(3),
    added: [],
  };
  if (phase === "changes_requested") item.dueAt = enteredAt + 120 * HOUR;
  if (!isOpen(phase)) item.dueAt = null;
  if (isOpen(phase) && random.chance(0.05)) {
    const by = random.pick(STAFF);
    item.escalation = { level: 1, reason: random.pick(REASONS), by: by.name, to: ME, at: enteredAt + HOUR };
  }
  if (phase === "exception") {
    item.exception = {
      category: "Supplier failed",
      reason: "The printer has stopped production; a replacement is being looked for.",
      by: random.pick(STAFF).name,
      at: enteredAt,
      from: "in_review",
    };
  }
  const [review] = item.reviews;
  if (review) review.dueAt = item.dueAt;
  if (review && review.needed > 1 && random.chance(0.4)) {
    const by = random.pick(STAFF.slice(1));
    if (!review.reviewers.includes(by)) review.reviewers.push(by);
    review.decisions.push({
      by: person(by),
      on_behalf_of: [],
      overriding: false,
      verdict: "approve",
      reason: null,
      at: enteredAt + Math.round(age / 3),
      round: item.round,
      of_current_content: true,
      pending: false,
    });
  }
  return item;
}

function reviewOf(stage: Stage, random: Random, at: number): FakeReview {
  const step = stage.steps[0]!;
  return opened(stage, step, reviewersFor(step.needed, random), at);
}

function reviewersFor(needed: number, random: Random): Staff[] {
  if (random.chance(0.07)) return [];
  const first = random.chance(0.02) ? ME : random.pick(STAFF);
  if (needed < 2) return [first];
  const second = random.pick(STAFF.filter((person) => person !== first));
  return [first, second];
}
