/** Rows and the reading pane's contents of the sample organisation. */
import type {
  AttachmentView,
  ItemView,
  OutboxLine,
  PendingMark,
  Row,
  StepState,
  StepView,
  StuckReason,
} from "$lib/generated";
import type { FakeStep, Stage } from "./journeys";
import { wallLedger } from "./ledger";
import { descriptionOf, fieldsOf, formOf } from "./forms";
import { COMMENTS, FILES, ME, REASONS, STAFF, type Staff } from "./names";
import { DAY, type FakeItem, HOUR, isOpen } from "./organisation";
import { overdue } from "./filter";
import { digestOf, Random } from "./random";
import {
  approvals,
  type FakeReview,
  hasFreeSeats,
  isUncovered,
  person,
  reviewForMe,
  seenOf,
  stepOf,
  waitingAt,
  waitingOn,
} from "./reviews";
import { ALL_ACTIONS, whyNot } from "./rules";

const PHASE_NAMES = {
  draft: "Draft",
  submitted: "Submitted",
  in_review: "In review",
  changes_requested: "With client",
  approved: "Approved",
  completed: "Completed",
  exception: "Exception",
  withdrawn: "Withdrawn",
} as const;

export function stuckReason(item: FakeItem, now: number): StuckReason | null {
  if (!isOpen(item.phase)) return null;
  if (isUncovered(item)) return "uncovered";
  if (overdue(item, now)) return "past_due";
  return item.phase === "in_review" && now - item.enteredAt > 9 * DAY ? "slower_than_usual" : null;
}

export function stageName(item: FakeItem): string {
  return item.phase === "in_review" ? (item.journey.stages[item.stage]?.name ?? "") : PHASE_NAMES[item.phase];
}

export function rowOf(item: FakeItem, now: number, pending: PendingMark | null): Row {
  return {
    id: item.id,
    reference: item.reference,
    title: item.title,
    kind: item.kind,
    client: item.company.id,
    client_name: item.company.name,
    phase: item.phase,
    stage: item.phase === "in_review" ? (item.journey.stages[item.stage]?.key ?? null) : null,
    stage_name: stageName(item),
    owner: item.owner && person(item.owner),
    waiting_on: waitingOn(item).map(person),
    priority: item.priority,
    due_at: item.dueAt,
    entered_at: item.enteredAt,
    updated_at: item.updatedAt,
    overdue: overdue(item, now),
    stuck: stuckReason(item, now),
    escalated: item.escalation !== null,
    pending,
    comments: item.commentCount,
    attachments: item.attachmentCount + new Set(item.added.map((one) => one.attachment)).size,
  };
}

function steps(item: FakeItem, now: number): StepView[] {
  return item.journey.stages.flatMap((stage, at) => stage.steps.map((step) => stepView(item, stage, at, step, now)));
}

function stateOf(item: FakeItem, at: number, review: FakeReview | undefined): StepState {
  const outcome = review?.closed?.outcome;
  if (item.phase === "approved" || item.phase === "completed" || at < item.stage) return "done";
  if (at > item.stage) return "upcoming";
  if (outcome === "approved") return "done";
  if (item.phase === "changes_requested") return "sent_back";
  return item.phase === "in_review" || item.phase === "exception" ? "current" : "upcoming";
}

function stepView(item: FakeItem, stage: Stage, at: number, step: FakeStep, now: number): StepView {
  const open = item.reviews.find((one) => one.step === step.key);
  const review = open ?? item.closedReviews.findLast((one) => one.step === step.key);
  const state = stateOf(item, at, review);
  // What came before is made up.
  const past = !review && (state === "done" || state === "sent_back");
  const before = item.enteredAt - (item.stage - at) * 2 * DAY;
  const decider = STAFF[(item.number + at) % STAFF.length] ?? ME;
  const names = review?.reviewers.map((one) => one.name) ?? [];
  const approved = review ? approvals(review) : 0;
  const needed = `${step.needed} ${step.needed === 1 ? "approval" : "approvals"}`;
  return {
    stage: stage.key,
    step: step.key,
    name: step.name,
    beside: stage.steps.length > 1 ? stage.name : null,
    state,
    reviewers: past ? [person(decider)] : (review?.reviewers.map(person) ?? []),
    who: names.length > 0 ? names.join(" and ") : step.who,
    quorum: review ? `${approved} of ${needed}` : needed,
    opened_at: review ? review.openedAt : past ? before - 2 * DAY : null,
    due_at: review?.dueAt ?? null,
    closed_at: review?.closed?.at ?? (past ? before : null),
    outcome: review
      ? (review.closed?.outcome ?? null)
      : past
        ? state === "done"
          ? "approved"
          : "changes_requested"
        : null,
    decisions: review
      ? review.decisions
      : past && state === "done"
        ? [
            {
              by: person(decider),
              on_behalf_of: item.number % 11 === 0 ? [person(STAFF[3] ?? ME)] : [],
              overriding: false,
              verdict: "approve",
              reason: item.number % 4 === 0 ? "Checked against the order. Fine." : null,
              at: before,
              round: item.round,
              of_current_content: true,
              pending: false,
            },
          ]
        : [],
    away: open ? open.covers.map((seat) => seat.sentence) : [],
    seats: open ? seatsOf(open) : [],
    has_free_seats: open !== undefined && hasFreeSeats(open),
    outputs: open ? outputsOf(item, step.key) : [],
    ledger: review
      ? (review.ledger ?? (review.dueAt === null ? null : wallLedger(review.openedAt, review.dueAt, now)))
      : null,
  };
}

/** The seats that nobody has filled yet. */
function seatsOf(review: FakeReview): StepView["seats"] {
  const filled = (one: Staff) =>
    review.decisions.some((decision) => (decision.on_behalf_of[0] ?? decision.by).id === one.id);
  return review.reviewers
    .filter((one) => !filled(one))
    .map((one) => {
      const seat = review.covers.find((each) => each.reviewer === one);
      const sits = seat ? seat.deputy : one;
      return { reviewer: person(one), decides: sits && person(sits) };
    });
}

function waitingSentence(item: FakeItem, review: FakeReview): string {
  const name = stepOf(item, review.step)?.name ?? review.step;
  const waiting = waitingAt(review);
  const who = waiting.map((one) => (one === ME ? "you" : one.name)).join(" and ");
  if (!who) return `Nobody has it: somebody must claim ${name}.`;
  if (who === "you") return `It is your turn to decide at ${name}.`;
  return `${who.replace(/^you/, "You")} ${waiting.length > 1 ? "decide" : "decides"} at ${name}.`;
}

export function nextSentence(item: FakeItem): string {
  switch (item.phase) {
    case "in_review":
      return item.reviews.map((review) => waitingSentence(item, review)).join(" ");
    case "changes_requested":
      return `${item.company.contact} at ${item.company.name} makes the changes and hands it over again.`;
    case "approved":
      return `${item.owner ? (item.owner === ME ? "You complete" : `${item.owner.name} completes`) : "The owner completes"} it.`;
    case "exception":
      return "It stands still until the exception is resolved.";
    case "submitted":
      return "Its first review opens with the next contact.";
    default:
      return "Nothing more happens, unless somebody reopens it.";
  }
}

/** The rules behind the sentence. */
function becauseOf(item: FakeItem): string[] {
  if (item.phase === "exception")
    return item.exception ? [`${item.exception.by} raised it: ${item.exception.reason}`] : [];
  if (item.phase !== "in_review") return [];
  return item.reviews.flatMap((review) => {
    const step = stepOf(item, review.step);
    if (!step) return [];
    const covers = review.covers.map((seat) => seat.sentence);
    return [`${step.name} is decided by ${step.who}; it has 0 of 1 approval.`, ...covers];
  });
}

/** What an approval fills in: of the step that concerns me, whoever's turn it is. */
const outputs = (item: FakeItem): ItemView["outputs"] => outputsOf(item, reviewForMe(item)?.step ?? "");

function outputsOf(item: FakeItem, step: string): ItemView["outputs"] {
  const asked = stepOf(item, step)?.outputs ?? [];
  return asked.map(({ key, name, help, of }) => ({
    key,
    name,
    help: help ?? null,
    of,
    value: item.fields[key] ?? null,
  }));
}

export function itemView(item: FakeItem, now: number, pending: PendingMark | null, mine: OutboxLine[]): ItemView {
  const random = new Random(item.number + 77);
  const comments = Array.from({ length: item.commentCount - item.comments.length }, (_, at) => {
    const client = random.chance(0.4);
    const by = random.pick(STAFF);
    return {
      id: `${item.id}-c${at}`,
      visibility: client || random.chance(0.3) ? ("client" as const) : ("internal" as const),
      body: random.pick(COMMENTS),
      by: client ? item.company.contact : by.name,
      initials: client ? item.company.contact.slice(0, 1) : by.initials,
      at: item.createdAt + at * 7 * HOUR,
      pending: false,
    };
  });
  return {
    row: rowOf(item, now, pending),
    kept: true,
    description: descriptionOf(item),
    fields: fieldsOf(item),
    form: formOf(item),
    cohort: item.company.cohort,
    project_name: item.project,
    journey_name: item.journey.name,
    journey_version: item.journey.version,
    round: item.round,
    assignment_version: item.assignment,
    seen: seenOf(item),
    submitted_at: item.createdAt,
    submitter: item.company.contact,
    completed_at: item.completedAt,
    next: { sentence: nextSentence(item), because: becauseOf(item) },
    steps: steps(item, now),
    attachments: attachments(item, random),
    comments: [...comments, ...item.comments],
    history: [...item.history, ...pastOf(item, random)],
    actions: ALL_ACTIONS.map((action) => {
      const why = whyNot(item, action);
      return { action, allowed: why === null, why_not: why };
    }),
    escalation: item.escalation && { ...item.escalation, to: item.escalation.to && person(item.escalation.to) },
    exception: item.exception && { ...item.exception },
    whole: wholeOf(item, now),
    outputs: outputs(item),
    reason_required: stepOf(item, reviewForMe(item)?.step ?? "")?.reasonRequired ?? false,
    categories: [...item.journey.categories],
    stages: item.journey.stages.map(({ key, name }) => ({ key, name })),
    mine,
  };
}

/** The whole way may take three weeks. */
function wholeOf(item: FakeItem, now: number): ItemView["whole"] {
  return isOpen(item.phase) ? wallLedger(item.createdAt, item.createdAt + 21 * DAY, now) : null;
}

/** What came with the item, and what was attached since. */
function attachments(item: FakeItem, random: Random): AttachmentView[] {
  const all = Array.from({ length: item.attachmentCount }, (_, at): AttachmentView => {
    const count = Math.max(1, item.round - (at % 2));
    return {
      id: `${item.id}-a${at}`,
      name: FILES[(item.number + at) % FILES.length] ?? "file.pdf",
      versions: Array.from({ length: count }, (_, n) => ({
        number: count - n,
        sha256: digestOf(`${item.id}${at}${count - n}`),
        size: 40_000 + random.below(9_000_000),
        media_type: "application/pdf",
        by: item.company.contact,
        at: item.createdAt + (count - n) * DAY,
        here: false,
        pending: false,
      })),
    };
  });
  for (const { attachment, name, version } of [...item.added].reverse()) {
    const known = all.find((one) => one.id === attachment);
    if (known) {
      known.name = name;
      known.versions.unshift({ ...version, number: known.versions.length + 1 });
    } else all.push({ id: attachment, name, versions: [{ ...version }] });
  }
  return all;
}

function pastOf(item: FakeItem, random: Random) {
  const at = (share: number) => Math.round(item.createdAt + (item.enteredAt - item.createdAt) * share);
  const line = (share: number, who: string, text: string, detail: string | null = null) => ({
    at: at(share),
    who,
    text,
    detail,
    pending: false,
  });
  const reviewer = random.pick(STAFF).name;
  const past = [line(0, item.company.contact, "handed it over")];
  if (item.stage > 0 || item.round > 1) past.push(line(0.2, item.owner?.name ?? ME.name, "approved at Intake check"));
  if (item.round > 1) {
    past.push(line(0.45, reviewer, "requested changes at Specialist review", random.pick(REASONS)));
    past.push(line(0.8, item.company.contact, `handed it over again, round ${item.round}`));
  }
  past.push(line(1, "system:journey", `moved it to ${stageName(item)}`));
  return past.reverse();
}
