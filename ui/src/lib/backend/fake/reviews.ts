/** Open and closed steps of the sample organisation's items: seats, who sits in them, and what was decided. */
import type { DecisionView, PersonRef, ReviewOutcome, Seen, StepLedger } from "$lib/generated";
import type { FakeStep, Stage } from "./journeys";
import { ME, type Staff } from "./names";
import type { FakeItem } from "./organisation";

/** The seat of somebody who is away. */
/** What a decision that is taken now is bound to. */
export const seenOf = (item: FakeItem): Seen => ({
  content: item.content,
  round: item.round,
  step: reviewForMe(item)?.step ?? null,
  journey_version: item.journey.version,
});

export interface FakeSeat {
  reviewer: Staff;
  /** Who decides instead; nobody, where it is uncovered. */
  deputy: Staff | null;
  /** The absent, from the reviewer on. */
  via: Staff[];
  sentence: string;
}

export interface FakeReview {
  stage: string;
  step: string;
  needed: number;
  /** Whose turn it became. Empty: anybody eligible may claim it. */
  reviewers: Staff[];
  covers: FakeSeat[];
  decisions: DecisionView[];
  openedAt: number;
  dueAt: number | null;
  /** How the due time came about; made up from the stage's hours where nothing is given. */
  ledger: StepLedger | null;
  closed: { at: number; outcome: ReviewOutcome } | null;
}

export function person(staff: Staff): PersonRef {
  return { id: staff.id, name: staff.name, initials: staff.initials, is_me: staff === ME };
}

export function opened(stage: Stage, step: FakeStep, reviewers: Staff[], at: number): FakeReview {
  return {
    stage: stage.key,
    step: step.key,
    needed: step.needed,
    reviewers,
    covers: [],
    decisions: [],
    openedAt: at,
    dueAt: at + stage.hours * 3_600_000,
    ledger: null,
    closed: null,
  };
}

export function copyOf(item: FakeItem): FakeItem {
  const review = (one: FakeReview): FakeReview => ({ ...one, decisions: one.decisions.map((each) => ({ ...each })) });
  return {
    ...item,
    reviews: item.reviews.map(review),
    closedReviews: item.closedReviews.map(review),
    fields: { ...item.fields },
    comments: [...item.comments],
    history: [...item.history],
  };
}

const decidedIn = (review: FakeReview, id: string) => review.decisions.some((decision) => decision.by.id === id);

/** Those whose turn it is at this step: deputies in the place of the absent. */
export function waitingAt(review: FakeReview): Staff[] {
  return review.reviewers
    .filter((one) => !review.decisions.some((decision) => (decision.on_behalf_of[0] ?? decision.by).id === one.id))
    .flatMap((one) => {
      const seat = review.covers.find((each) => each.reviewer === one);
      const sits = seat ? seat.deputy : one;
      return sits && !decidedIn(review, sits.id) ? [sits] : [];
    });
}

export function waitingOn(item: FakeItem): Staff[] {
  return item.phase === "in_review" ? [...new Set(item.reviews.flatMap(waitingAt))] : [];
}

function missingPeople(review: FakeReview): number {
  if (review.reviewers.length === 0) return 0;
  const seated = new Set([...review.decisions.map((one) => one.by.id), ...waitingAt(review).map((one) => one.id)]);
  return Math.max(0, review.needed - seated.size);
}

export const hasFreeSeats = (review: FakeReview) => review.reviewers.length === 0 || missingPeople(review) > 0;

/** Somebody is away, and nobody stands in. */
export const isUncovered = (item: FakeItem) =>
  item.phase === "in_review" && item.reviews.some((review) => missingPeople(review) > 0);

/** Nobody's turn, and somebody may take it. */
export const isUnassigned = (item: FakeItem) =>
  item.phase === "in_review" && item.reviews.some((review) => review.reviewers.length === 0);

/** The open step that concerns me: the first where it is my turn, else the first. */
export function reviewForMe(item: FakeItem): FakeReview | undefined {
  return item.reviews.find((review) => waitingAt(review).includes(ME)) ?? item.reviews[0];
}

export function approvals(review: FakeReview): number {
  const people = review.decisions.filter((one) => one.verdict === "approve" && one.of_current_content);
  return Math.min(review.needed, new Set(people.map((one) => one.by.id)).size);
}

export const isApproved = (review: FakeReview) =>
  approvals(review) >= review.needed ||
  review.decisions.some((one) => one.overriding && one.verdict === "approve" && one.of_current_content);

export function stepOf(item: FakeItem, key: string): FakeStep | undefined {
  return item.journey.stages.flatMap((stage) => stage.steps).find((step) => step.key === key);
}
