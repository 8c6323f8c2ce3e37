/** What the sample organisation allows, and what an accepted request does. A stand-in for the engine's rules. */
import type { Action, Request } from "$lib/generated";
import { ME, STAFF, type Staff } from "./names";
import { DAY, type FakeItem, HOUR, isOpen, STAGES } from "./organisation";
import { digestOf } from "./random";

export const ALL_ACTIONS: readonly Action[] = [
  "approve",
  "request_changes",
  "claim",
  "reassign",
  "escalate",
  "de_escalate",
  "comment",
  "note_internally",
  "complete",
  "resubmit",
  "withdraw",
  "reopen",
  "raise_exception",
  "resolve_exception",
  "set_priority",
  "set_due",
];

const PHASE_WORDS = {
  draft: "a draft",
  submitted: "submitted, and its review is not open yet",
  in_review: "in review",
  changes_requested: "with the client for changes",
  approved: "already approved",
  completed: "completed",
  exception: "in an exception",
  withdrawn: "withdrawn",
} as const;

export function actionOf(request: Request): Action {
  if (request.do === "comment") return request.visibility === "internal" ? "note_internally" : "comment";
  return request.do;
}

/** Why the action would be refused, in one sentence; null when it is allowed. */
export function whyNot(item: FakeItem, action: Action): string | null {
  const stands = `${item.reference} is ${PHASE_WORDS[item.phase]}.`;
  switch (action) {
    case "approve":
    case "request_changes":
      if (item.phase !== "in_review") return stands;
      if (action === "approve" && item.contributors.includes(ME.id))
        return "You changed this round’s content, so somebody else must approve it.";
      if (item.decisions.some((d) => d.by.id === ME.id && d.of_current_content))
        return "You have decided on this content already.";
      if (item.reviewers.length > 0 && !item.reviewers.includes(ME))
        return `It is ${item.reviewers.map((person) => person.name).join(" and ")}’s turn. Reassign it to yourself first.`;
      return null;
    case "claim":
      if (item.phase !== "in_review") return stands;
      return item.reviewers.length > 0 ? "It is assigned to somebody already." : null;
    case "reassign":
      return item.phase === "in_review" ? null : `${stands} Only a running review can be reassigned.`;
    case "escalate":
      if (!isOpen(item.phase)) return stands;
      return item.escalation ? "It is escalated to a team lead already." : null;
    case "de_escalate":
      return item.escalation ? null : "It is not escalated.";
    case "complete":
      return item.phase === "approved" ? null : `${stands} Only approved items can be completed.`;
    case "resubmit":
      return item.phase === "changes_requested" ? null : `${stands} Nothing waits for the client.`;
    case "withdraw":
    case "set_due":
    case "set_priority":
      return isOpen(item.phase) ? null : stands;
    case "reopen":
      return isOpen(item.phase) ? "It is open." : null;
    case "raise_exception":
      return isOpen(item.phase) && item.phase !== "exception" ? null : stands;
    case "resolve_exception":
      return item.phase === "exception" ? null : "It is not in an exception.";
    default:
      return null;
  }
}

/** What an accepted request would bring, in one sentence. */
export function prediction(item: FakeItem, request: Request): string {
  switch (request.do) {
    case "approve": {
      const stage = STAGES[item.stage];
      const approvals = item.decisions.filter((d) => d.verdict === "approve" && d.of_current_content).length + 1;
      if (stage && approvals < stage.needed)
        return `Waits for ${stage.needed - approvals} more approval at ${stage.name}.`;
      const next = STAGES[item.stage + 1];
      return next ? `Goes on to ${next.name}.` : "Is approved, and waits to be completed.";
    }
    case "request_changes":
      return "Goes back to the client.";
    case "claim":
      return "It becomes your turn.";
    case "reassign":
      return `Goes to ${nameOf(request.to)}.`;
    case "escalate":
      return "Goes to a team lead.";
    case "de_escalate":
      return "Is no longer escalated.";
    case "complete":
      return "Is completed, and leaves the queues.";
    case "comment":
      return request.visibility === "internal" ? "The note is added for staff." : "The client can read the comment.";
    case "resubmit":
      return `Starts round ${item.round + 1} at ${STAGES[0]?.name ?? ""}.`;
    case "withdraw":
      return "Is withdrawn, and leaves the queues.";
    case "reopen":
      return "Comes back into review.";
    case "raise_exception":
      return "Stops, until the exception is resolved.";
    case "resolve_exception":
      return request.to === "back" ? "Goes back to where it was." : "Is closed.";
    case "set_priority":
      return `Has ${request.priority} priority.`;
    case "set_due":
      return request.due_at === null ? "Has no due date." : "Has a new due date.";
  }
}

function nameOf(id: string): string {
  return STAFF.find((person) => person.id === id)?.name ?? id;
}

function enter(item: FakeItem, stage: number, now: number): void {
  item.phase = "in_review";
  item.stage = stage;
  item.decisions = [];
  item.enteredAt = now;
  item.dueAt = now + (STAGES[stage]?.hours ?? 48) * HOUR;
  const others = STAFF.filter((person) => person !== ME);
  const pick = (by: number): Staff => others[(item.number + stage + by) % others.length] ?? ME;
  item.reviewers = (STAGES[stage]?.needed ?? 1) > 1 ? [pick(0), pick(1)] : [pick(0)];
}

/** Changes the item as the request says. The caller has asked `whyNot` before. */
export function apply(item: FakeItem, request: Request, now: number): void {
  const me = { id: ME.id, name: ME.name, initials: ME.initials, is_me: true };
  const note = (text: string, detail: string | null = null) =>
    item.history.unshift({ at: now, who: ME.name, text, detail, pending: true });
  const decided = (verdict: "approve" | "request_changes", reason: string | null) =>
    item.decisions.push({
      by: me,
      on_behalf_of: null,
      verdict,
      reason,
      at: now,
      round: item.round,
      of_current_content: true,
      pending: true,
    });
  const stage = STAGES[item.stage];
  item.updatedAt = now;
  switch (request.do) {
    case "approve":
      decided("approve", request.comment);
      note(`approved at ${stage?.name ?? ""}`, request.comment);
      if (item.decisions.filter((d) => d.verdict === "approve").length < (stage?.needed ?? 1)) return;
      if (STAGES[item.stage + 1]) return enter(item, item.stage + 1, now);
      item.phase = "approved";
      item.reviewers = [];
      item.enteredAt = now;
      item.dueAt = now + 3 * DAY;
      return;
    case "request_changes":
      decided("request_changes", request.reason);
      note(`requested changes at ${stage?.name ?? ""}`, request.reason);
      item.phase = "changes_requested";
      item.reviewers = [];
      item.enteredAt = now;
      item.dueAt = now + 5 * DAY;
      return;
    case "claim":
      item.reviewers = [ME];
      item.assignment += 1;
      return void note("claimed it");
    case "reassign":
      item.reviewers = STAFF.filter((person) => person.id === request.to);
      item.assignment += 1;
      return void note(`reassigned it to ${nameOf(request.to)}`, request.reason);
    case "escalate":
      item.escalation = { level: 1, reason: request.reason, by: ME.name, to: STAFF[1] ?? ME, at: now };
      return void note("escalated it", request.reason);
    case "de_escalate":
      item.escalation = null;
      return void note("ended the escalation", request.reason);
    case "complete":
      item.phase = "completed";
      item.completedAt = now;
      item.dueAt = null;
      return void note("completed it");
    case "comment": {
      const id = `new-${item.comments.length}-${now}`;
      const { visibility, body } = request;
      item.comments.push({ id, visibility, body, by: ME.name, initials: ME.initials, at: now, pending: true });
      item.commentCount += 1;
      return;
    }
    case "resubmit":
      item.round += 1;
      item.content = digestOf(`${item.id}:${item.round}`);
      enter(item, 0, now);
      return void note("handed it over again for the client", request.comment);
    case "withdraw":
      item.phase = "withdrawn";
      item.reviewers = [];
      item.dueAt = null;
      return void note("withdrew it", request.reason);
    case "reopen":
      enter(item, item.stage, now);
      item.completedAt = null;
      return void note("reopened it", request.reason);
    case "raise_exception":
      item.exception = { category: request.category, reason: request.reason, by: ME.name, at: now, from: item.phase };
      item.phase = "exception";
      return void note(`raised an exception: ${request.category}`, request.reason);
    case "resolve_exception":
      item.phase =
        request.to === "back"
          ? (item.exception?.from ?? "in_review")
          : request.to === "complete"
            ? "completed"
            : "withdrawn";
      item.exception = null;
      return void note("resolved the exception", request.reason);
    case "set_priority":
      item.priority = request.priority;
      return void note(`set the priority to ${request.priority}`);
    case "set_due":
      item.dueAt = request.due_at;
      return void note(request.due_at === null ? "removed the due date" : "set the due date");
  }
}
