/** What the sample organisation allows, and what an accepted request does. A stand-in for the engine's rules. */
import type { Action, FieldType, FieldValue, Request } from "$lib/generated";
import { ME, STAFF, type Staff } from "./names";
import { DAY, type FakeItem, HOUR, isOpen } from "./organisation";
import { digestOf } from "./random";
import { editProblems, write } from "./forms";
import {
  approvals,
  type FakeReview,
  hasFreeSeats,
  isApproved,
  opened,
  person,
  reviewForMe,
  stepOf,
  waitingAt,
} from "./reviews";

export const ALL_ACTIONS: readonly Action[] = [
  "approve",
  "override",
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
  "attach_version",
  "set_priority",
  "set_due",
  "set_fields",
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

const said = (key: string, problem: string) => `The field “${key}” ${problem}.`;
const named = (names: readonly string[], last: string) =>
  names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} ${last} ${names.at(-1) ?? ""}`;
const stepName = (item: FakeItem, key: string) => stepOf(item, key)?.name ?? key;

/** What is wrong with a value, as it goes on after the field's name. */
function problemWith(of: FieldType | null, value: FieldValue | undefined): string | null {
  if (value === undefined || (typeof value === "string" && value.trim() === "")) return "must be filled in";
  if (of === null) return null;
  const fits = (good: boolean, expected: string) => (good ? null : `must be ${expected}`);
  const text = typeof value === "string" ? value : "";
  switch (of.type) {
    case "text":
      if (typeof value !== "string") return "must be a text";
      return of.max_length && value.length > of.max_length ? `must have at most ${of.max_length} characters` : null;
    case "flag":
      return fits(typeof value === "boolean" || /^(yes|no|true|false)$/i.test(text), "yes or no");
    case "integer":
    case "money": {
      const number = typeof value === "number" ? value : /^-?\d+$/.test(text) ? Number(text) : NaN;
      if (!Number.isInteger(number)) return "must be a whole number";
      if (typeof of.min === "number" && number < of.min) return `must be at least ${of.min}`;
      return typeof of.max === "number" && number > of.max ? `must be at most ${of.max}` : null;
    }
    case "date":
      return fits(/^\d{4}-\d{2}-\d{2}$/.test(text), "a day such as 2026-04-01");
    case "choice":
      return of.options.includes(text) ? null : `must be one of ${of.options.join(", ")}`;
    case "email":
      return fits(/^[^@\s]+@[^@\s.][^@\s]*\.[^@\s.]+$/.test(text), "an e-mail address");
    case "url":
      return fits(/^https?:\/\/\S+$/.test(text), "an address that begins with https:// or http://");
  }
}

function whyNotDecide(item: FakeItem, action: "approve" | "request_changes"): string | null {
  if (item.phase !== "in_review") return `${item.reference} is ${PHASE_WORDS[item.phase]}.`;
  const review = reviewForMe(item);
  if (!review) return "No step is open to decide on.";
  if (action === "approve" && item.contributors.includes(ME.id))
    return "You changed this round’s content, so somebody else must approve it.";
  if (review.decisions.some((one) => one.by.id === ME.id)) return "You have decided on this content already.";
  if (!waitingAt(review).includes(ME) && !hasFreeSeats(review)) {
    const names = waitingAt(review).map((one) => one.name);
    return `It is ${named(names, "and")}’s turn. Reassign it to yourself first.`;
  }
  return null;
}

/** The open review that a decision is about: the one that it names, or mine. */
const reviewMeant = (item: FakeItem, request: Request) =>
  request.do === "override" && request.step !== undefined
    ? item.reviews.find((review) => review.step === request.step)
    : reviewForMe(item);

function whyNotFilledIn(
  item: FakeItem,
  step: NonNullable<ReturnType<typeof stepOf>>,
  given: NonNullable<Extract<Request, { do: "override" }>["outputs"]>,
): string | null {
  const asked = step.outputs ?? [];
  const unasked = Object.keys(given).find((key) => !asked.some((one) => one.key === key));
  if (unasked) return said(unasked, "is not asked for at this step");
  for (const { key, of } of asked) {
    const problem = problemWith(of, given[key] ?? item.fields[key]);
    if (problem) return said(key, problem);
  }
  return null;
}

/** Why a request would be refused, its values included; null when it is accepted. */
export function whyRefused(item: FakeItem, request: Request): string | null {
  if (request.do === "approve") {
    const why = whyNotDecide(item, "approve");
    const step = stepOf(item, reviewForMe(item)?.step ?? "");
    if (why !== null || !step) return why;
    if (step.reasonRequired && !request.comment?.trim()) return "Give a reason to approve this.";
    return whyNotFilledIn(item, step, request.outputs ?? {});
  }
  const why = whyNot(item, actionOf(request));
  if (why !== null) return why;
  if (request.do === "override") {
    const step = stepOf(item, reviewMeant(item, request)?.step ?? "");
    return step ? whyNotFilledIn(item, step, request.outputs ?? {}) : null;
  }
  if (request.do === "claim" && request.step === undefined) {
    const free = item.reviews.filter(hasFreeSeats).map((review) => stepName(item, review.step));
    if (free.length > 1) return `Several steps are open. Say which you mean: ${named(free, "or")}.`;
  }
  if (request.do === "reassign" && request.step === undefined && item.reviews.length > 1) {
    const mine = item.reviews.filter((review) => waitingAt(review).includes(ME));
    const names = item.reviews.map((review) => stepName(item, review.step));
    if (mine.length !== 1) return `Several steps are open. Say which you mean: ${named(names, "or")}.`;
  }
  const [problem] = editProblems(request);
  if (problem) return problem.sentence;
  if (request.do === "escalate" && item.escalation && (request.to ?? null) === (item.escalation.to?.id ?? null))
    return "It is escalated already.";
  if (request.do === "raise_exception") {
    const known = item.journey.categories;
    if (known.length > 0 && !known.includes(request.category))
      return `There is no such category of exceptions here. Known are ${named(known, "and")}.`;
  }
  return null;
}

/** Why the action would be refused, asked with a sample of it, in one sentence; null when it is allowed. */
export function whyNot(item: FakeItem, action: Action): string | null {
  const stands = `${item.reference} is ${PHASE_WORDS[item.phase]}.`;
  switch (action) {
    case "approve":
      return whyNotDecide(item, "approve");
    case "request_changes":
      return whyNotDecide(item, "request_changes");
    case "override":
      if (item.phase !== "in_review") return stands;
      return item.contributors.includes(ME.id)
        ? "You cannot override this step: you contributed to this round, and somebody else has to decide on it."
        : null;
    case "claim": {
      if (item.phase !== "in_review") return stands;
      const free = item.reviews.filter(hasFreeSeats);
      if (free.length === 0) return "It is assigned to somebody already.";
      return null;
    }
    case "reassign":
      return item.phase === "in_review" ? null : `${stands} Only a running review can be reassigned.`;
    case "escalate":
      return isOpen(item.phase) ? null : stands;
    case "de_escalate":
      return item.escalation ? null : "It is not escalated.";
    case "complete":
      return item.phase === "approved" ? null : `${stands} Only approved items can be completed.`;
    case "resubmit":
      return item.phase === "changes_requested" ? null : `${stands} Nothing waits for the client.`;
    case "attach_version":
    case "set_fields":
      return item.phase === "in_review" || item.phase === "changes_requested" || item.phase === "submitted"
        ? null
        : stands;
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

function afterStage(item: FakeItem): string {
  const next = item.journey.stages[item.stage + 1];
  return next ? `Goes on to ${next.name}.` : "Is approved, and waits to be completed.";
}

/** What an accepted request would bring, in one sentence. */
export function prediction(item: FakeItem, request: Request): string {
  switch (request.do) {
    case "approve": {
      const review = reviewForMe(item);
      const missing = review ? review.needed - approvals(review) - 1 : 0;
      if (review && missing > 0) return `Waits for ${missing} more approval at ${stepName(item, review.step)}.`;
      const others = item.reviews.filter((one) => one !== review).map((one) => stepName(item, one.step));
      return others.length > 0 ? `Waits for ${named(others, "and")}.` : afterStage(item);
    }
    case "override": {
      const others = item.reviews
        .filter((one) => one !== reviewMeant(item, request))
        .map((one) => stepName(item, one.step));
      return others.length > 0 ? `Waits for ${named(others, "and")}.` : afterStage(item);
    }
    case "request_changes":
      return "Goes back to the client.";
    case "claim":
      return "It becomes your turn.";
    case "reassign":
      return `Goes to ${nameOf(request.to)}.`;
    case "escalate":
      return request.to ? `Goes to ${nameOf(request.to)}.` : "Goes to a team lead.";
    case "set_fields":
      return "Has another content.";
    case "submit":
      return `Starts at ${item.journey.stages[0]?.name ?? ""}.`;
    case "de_escalate":
      return "Is no longer escalated.";
    case "complete":
      return "Is completed, and leaves the queues.";
    case "comment":
      return request.visibility === "internal" ? "The note is added for staff." : "The client can read the comment.";
    case "resubmit":
      return `Starts round ${item.round + 1} at ${item.journey.stages[0]?.name ?? ""}.`;
    case "withdraw":
      return "Is withdrawn, and leaves the queues.";
    case "reopen":
      return "Comes back into review.";
    case "raise_exception":
      return "Stops, until the exception is resolved.";
    case "resolve_exception": {
      const { to } = request;
      if (typeof to === "object")
        return `Goes on at ${item.journey.stages.find((stage) => stage.key === to.stage)?.name ?? to.stage}.`;
      return to === "back" ? "Goes back to where it was." : "Is closed.";
    }
    case "attach_version":
      return `${request.name} is attached.`;
    case "set_priority":
      return `Has ${request.priority} priority.`;
    case "set_due":
      return request.due_at === null ? "Has no due date." : "Has a new due date.";
  }
}

function nameOf(id: string): string {
  return STAFF.find((person) => person.id === id)?.name ?? id;
}

function enter(item: FakeItem, at: number, now: number): void {
  const stage = item.journey.stages[at];
  if (!stage) return;
  const others = STAFF.filter((person) => person !== ME);
  let next = item.number + at;
  const pick = (): Staff => others[next++ % others.length] ?? ME;
  item.phase = "in_review";
  item.stage = at;
  item.enteredAt = now;
  item.dueAt = now + stage.hours * HOUR;
  item.reviews = stage.steps.map((step) => opened(stage, step, Array.from({ length: step.needed }, pick), now));
}

function close(
  item: FakeItem,
  review: FakeReview,
  now: number,
  outcome: "approved" | "changes_requested" | "outdated",
) {
  item.reviews = item.reviews.filter((one) => one !== review);
  item.closedReviews.push({ ...review, closed: { at: now, outcome } });
}

function goOn(item: FakeItem, now: number): void {
  if (item.reviews.length > 0) return;
  if (item.journey.stages[item.stage + 1]) return enter(item, item.stage + 1, now);
  item.phase = "approved";
  item.enteredAt = now;
  item.dueAt = now + 3 * DAY;
}

/** Changes the item as the request says. The caller has asked `whyRefused` before. */
export function apply(item: FakeItem, request: Request, now: number): void {
  const note = (text: string, detail: string | null = null) =>
    item.history.unshift({ at: now, who: ME.name, text, detail, pending: true });
  const decided = (
    review: FakeReview,
    verdict: "approve" | "request_changes",
    reason: string | null,
    overriding = false,
  ) => {
    const seat = overriding ? undefined : review.covers.find((one) => one.deputy === ME);
    review.decisions.push({
      by: person(ME),
      on_behalf_of: seat ? seat.via.map(person) : [],
      overriding,
      verdict,
      reason,
      at: now,
      round: item.round,
      of_current_content: true,
      pending: true,
    });
  };
  const review = reviewMeant(item, request);
  const at = review ? stepName(item, review.step) : "";
  item.updatedAt = now;
  switch (request.do) {
    case "approve":
    case "override": {
      if (!review) return;
      for (const [key, value] of Object.entries(request.outputs ?? {})) item.fields[key] = String(value);
      if (request.do === "approve") {
        decided(review, "approve", request.comment);
        note(`approved at ${at}`, request.comment);
      } else {
        decided(review, "approve", request.reason, true);
        note(`overrode ${at}: it counts as approved`, request.reason);
      }
      if (!isApproved(review)) return;
      close(item, review, now, "approved");
      return goOn(item, now);
    }
    case "request_changes":
      if (!review) return;
      decided(review, "request_changes", request.reason);
      note(`requested changes at ${at}`, request.reason);
      for (const one of item.reviews) close(item, one, now, one === review ? "changes_requested" : "outdated");
      item.phase = "changes_requested";
      item.enteredAt = now;
      item.dueAt = now + 5 * DAY;
      return;
    case "claim": {
      const free = item.reviews.filter(hasFreeSeats).find((one) => !request.step || one.step === request.step);
      free?.reviewers.push(ME);
      item.assignment += 1;
      return void note(`claimed ${free ? stepName(item, free.step) : "it"}`);
    }
    case "reassign": {
      const one = item.reviews.find((each) => each.step === request.step) ?? review;
      const to = STAFF.find((each) => each.id === request.to);
      const own = one?.covers.find((seat) => seat.deputy === ME)?.reviewer.id ?? ME.id;
      const several = one !== undefined && one.reviewers.length > 1;
      const from = request.from ?? (several ? own : undefined);
      if (one && to && several && one.reviewers.some((each) => each.id === from)) {
        one.reviewers = one.reviewers.map((each) => (each.id === from ? to : each));
        one.covers = one.covers.filter((seat) => seat.reviewer.id !== from);
        item.assignment += 1;
        return void note(`handed it from ${nameOf(from ?? "")} to ${to.name}`, request.reason);
      }
      if (one && to) {
        one.reviewers = [to];
        one.covers = [];
      }
      item.assignment += 1;
      return void note(`gave it to ${nameOf(request.to)}`, request.reason);
    }
    case "escalate":
      item.escalation = {
        level: (item.escalation?.level ?? 0) + 1,
        reason: request.reason,
        by: ME.name,
        to: STAFF.find((each) => each.id === request.to) ?? STAFF[1] ?? ME,
        at: now,
      };
      return void note("escalated it", request.reason);
    case "submit":
      enter(item, 0, now);
      return void note("handed it over");
    case "set_fields": {
      const material = write(item, request);
      if (!item.contributors.includes(ME.id) && material) item.contributors = [...item.contributors, ME.id];
      if (!material) return void note("changed the content, which leaves approvals as they are");
      item.content = digestOf(`${item.content}:${now}`);
      const decided = [...item.reviews, ...item.closedReviews].some((each) => each.decisions.length > 0);
      for (const each of [...item.reviews, ...item.closedReviews])
        each.decisions = each.decisions.map((one) => ({ ...one, of_current_content: false }));
      if (item.phase === "in_review" && decided) enter(item, 0, now);
      return void note("changed the content");
    }
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
      item.reviews = [];
      item.dueAt = null;
      return void note("withdrew it", request.reason);
    case "reopen":
      enter(item, item.stage, now);
      item.completedAt = null;
      return void note("reopened it", request.reason);
    case "raise_exception":
      item.exception = { category: request.category, reason: request.reason, by: ME.name, at: now, from: item.phase };
      item.phase = "exception";
      return void note(`raised an exception (${request.category})`, request.reason);
    case "resolve_exception": {
      const { to } = request;
      const from = item.exception?.from ?? "in_review";
      item.exception = null;
      if (typeof to === "object") {
        const stage = item.journey.stages.findIndex((one) => one.key === to.stage);
        enter(item, Math.max(0, stage), now);
      } else item.phase = to === "back" ? from : to === "complete" ? "completed" : "withdrawn";
      if (item.phase === "in_review" && item.reviews.length === 0) enter(item, item.stage, now);
      return void note("resolved the exception", request.reason);
    }
    case "attach_version": {
      const { name, sha256, size, media_type } = request;
      const version = { number: 1, sha256, size, media_type, by: ME.name, at: now, here: true, pending: true };
      item.added = [{ attachment: request.attachment ?? `new-${sha256.slice(0, 8)}`, name, version }, ...item.added];
      item.content = digestOf(`${item.content}:${sha256}`);
      return void note(`attached ${name}`);
    }
    case "set_priority":
      item.priority = request.priority;
      return void note(`set the priority to ${request.priority}`);
    case "set_due":
      item.dueAt = request.due_at;
      return void note(request.due_at === null ? "removed the due date" : "set the due date");
  }
}
