/** Rows and the reading pane's contents of the sample organisation. */
import type { ItemView, OutboxLine, PendingMark, PersonRef, Row, StepView, StuckReason } from "$lib/generated";
import { COMMENTS, FILES, ME, REASONS, STAFF, type Staff } from "./names";
import { DAY, type FakeItem, HOUR, isOpen, STAGES } from "./organisation";
import { overdue } from "./filter";
import { digestOf, Random } from "./random";
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

export function person(staff: Staff): PersonRef {
  return { id: staff.id, name: staff.name, initials: staff.initials, is_me: staff === ME };
}

export function stuckReason(item: FakeItem, now: number): StuckReason | null {
  if (!isOpen(item.phase)) return null;
  if (item.dueAt !== null && item.dueAt < now - 3 * DAY) return "past_due";
  if (item.phase === "in_review" && now - item.enteredAt > 9 * DAY) return "slower_than_usual";
  if (item.phase === "in_review" && item.reviewers.length === 0 && now - item.enteredAt > 2 * DAY) return "uncovered";
  return null;
}

export function stageName(item: FakeItem): string {
  return item.phase === "in_review" ? (STAGES[item.stage]?.name ?? "") : PHASE_NAMES[item.phase];
}

export function rowOf(item: FakeItem, now: number, pending: PendingMark | null): Row {
  const waiting = item.reviewers.filter(
    (one) => !item.decisions.some((d) => d.by.id === one.id && d.of_current_content),
  );
  return {
    id: item.id,
    reference: item.reference,
    title: item.title,
    kind: item.kind,
    client: item.company.id,
    client_name: item.company.name,
    phase: item.phase,
    stage: item.phase === "in_review" ? (STAGES[item.stage]?.key ?? null) : null,
    stage_name: stageName(item),
    owner: item.owner && person(item.owner),
    waiting_on: item.phase === "in_review" ? waiting.map(person) : [],
    priority: item.priority,
    due_at: item.dueAt,
    entered_at: item.enteredAt,
    updated_at: item.updatedAt,
    overdue: overdue(item, now),
    stuck: stuckReason(item, now),
    escalated: item.escalation !== null,
    pending,
    comments: item.commentCount,
    attachments: item.attachmentCount,
  };
}

function steps(item: FakeItem): StepView[] {
  const over = item.phase === "approved" || item.phase === "completed";
  return STAGES.map((stage, at): StepView => {
    const current = item.phase === "in_review" && at === item.stage;
    const sentBack = item.phase === "changes_requested" && at === item.stage;
    const done = over || at < item.stage;
    const approvals = item.decisions.filter((d) => d.verdict === "approve" && d.of_current_content).length;
    const before = item.enteredAt - (item.stage - at) * 2 * DAY;
    const decider = STAFF[(item.number + at) % STAFF.length] ?? ME;
    return {
      stage: stage.key,
      name: stage.name,
      state: done ? "done" : current ? "current" : sentBack ? "sent_back" : "upcoming",
      reviewers: current ? item.reviewers.map(person) : done ? [person(decider)] : [],
      who: stage.who,
      quorum: current ? `${approvals} of ${stage.needed} ${stage.needed === 1 ? "approval" : "approvals"}` : "",
      opened_at: current ? item.enteredAt : done || sentBack ? before - 2 * DAY : null,
      due_at: current ? item.dueAt : null,
      closed_at: done || sentBack ? before : null,
      outcome: done ? "approved" : sentBack ? "changes_requested" : null,
      decisions:
        current || sentBack
          ? item.decisions
          : done
            ? [
                {
                  by: person(decider),
                  on_behalf_of: item.number % 11 === 0 ? person(STAFF[3] ?? ME) : null,
                  verdict: "approve",
                  reason: item.number % 4 === 0 ? "Checked against the order. Fine." : null,
                  at: before,
                  round: item.round,
                  of_current_content: true,
                  pending: false,
                },
              ]
            : [],
    };
  });
}

export function nextSentence(item: FakeItem): string {
  const waiting = item.reviewers.filter(
    (one) => !item.decisions.some((d) => d.by.id === one.id && d.of_current_content),
  );
  const who = waiting.map((one) => (one === ME ? "you" : one.name)).join(" and ");
  switch (item.phase) {
    case "in_review":
      if (!who) return `Nobody has it: somebody must claim ${STAGES[item.stage]?.name ?? "the review"}.`;
      return who === "you"
        ? `It is your turn to decide at ${STAGES[item.stage]?.name ?? ""}.`
        : `${who.replace(/^you/, "You")} ${waiting.length > 1 ? "decide" : "decides"} at ${STAGES[item.stage]?.name ?? ""}.`;
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

export function itemView(item: FakeItem, now: number, pending: PendingMark | null, mine: OutboxLine[]): ItemView {
  const random = new Random(item.number + 77);
  const amount = (1200 + random.below(90_000)).toLocaleString("en-GB");
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
    description:
      `${item.title} for ${item.company.name}. The material was handed over by ${item.company.contact} and needs to pass ` +
      `every step before it is released.\n\nPlease check the wording on the second page with care: the figures come from ` +
      `last year’s statement and were updated by hand. If anything is unclear, ask before sending it back; the next ` +
      `production slot is in two weeks.`,
    fields: [
      { key: "amount", label: "Amount", value: `€ ${amount}` },
      { key: "cost_centre", label: "Cost centre", value: `CC-${1000 + random.below(900)}` },
      {
        key: "language",
        label: "Languages",
        value: random.pick(["English", "English, German", "Polish, Czech, English"]),
      },
      { key: "print_run", label: "Print run", value: `${(1 + random.below(80)) * 500}` },
    ],
    cohort: item.company.cohort,
    project_name: item.project,
    journey_name: "Client work, four steps",
    journey_version: 3,
    round: item.round,
    assignment_version: item.assignment,
    content: item.content,
    submitted_at: item.createdAt,
    submitter: item.company.contact,
    completed_at: item.completedAt,
    next: nextSentence(item),
    steps: steps(item),
    attachments: Array.from({ length: item.attachmentCount }, (_, at) => ({
      id: `${item.id}-a${at}`,
      name: FILES[(item.number + at) % FILES.length] ?? "file.pdf",
      versions: Array.from(
        { length: Math.max(1, item.round - (at % 2)) },
        (_, n, count = Math.max(1, item.round - (at % 2))) => ({
          number: count - n,
          sha256: digestOf(`${item.id}${at}${count - n}`),
          size: 40_000 + random.below(9_000_000),
          media_type: "application/pdf",
          by: item.company.contact,
          at: item.createdAt + (count - n) * DAY,
        }),
      ),
    })),
    comments: [...comments, ...item.comments],
    history: [...item.history, ...pastOf(item, random)],
    actions: ALL_ACTIONS.map((action) => {
      const why = whyNot(item, action);
      return { action, allowed: why === null, why_not: why };
    }),
    escalation: item.escalation && { ...item.escalation, to: item.escalation.to && person(item.escalation.to) },
    exception: item.exception && { ...item.exception },
    mine,
  };
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
