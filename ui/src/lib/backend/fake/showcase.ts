/** Items that show one state each, for whoever wants to look at it: `?show=covered` opens the first of them. */
import type { DecisionView, Kind } from "$lib/generated";
import { CONTRACT, type FakeJourney, LAUNCH } from "./journeys";
import { dayOf, workLedger } from "./ledger";
import { COMPANIES, ME, STAFF, type Staff } from "./names";
import { DAY, type FakeItem, HOUR } from "./organisation";
import { digestOf } from "./random";
import { type FakeReview, opened, person } from "./reviews";

export const SHOWN = [
  "covered",
  "overridden",
  "outputs",
  "every-output",
  "reason",
  "uncovered",
  "exception",
  "long",
  "seats",
] as const;
export type Shown = (typeof SHOWN)[number];

export const idOf = (shown: Shown) => `i-show-${shown}`;

const named = (id: string): Staff => STAFF.find((one) => one.id === id) ?? ME;
const MARA = named("p-mara");
const TOMAS = named("p-tomas");
const AIKO = named("p-aiko");
const JONAS = named("p-jonas");
const PRIYA = named("p-priya");
const LEO = named("p-leo");
const MAX = named("p-max");
const SAM = named("p-sam");
const RUTH = named("p-ruth");

const until = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", timeZone: "Europe/Amsterdam" });

export function buildShowcase(now: number): FakeItem[] {
  const back = `${until.format(now + 9 * DAY)} 09:00`;
  const build: Record<Shown, (base: FakeItem) => void> = {
    covered(item) {
      const [legal, brand, finance] = enter(item, LAUNCH, 1, now, [[MARA, TOMAS], [AIKO], [JONAS]]);
      if (!legal || !brand || !finance) return;
      legal.covers = [
        {
          reviewer: MARA,
          deputy: ME,
          via: [MARA, PRIYA],
          sentence: `${MARA.name} is away until ${back}, and so is the deputy ${PRIYA.name}; ${ME.name} decides instead.`,
        },
        {
          reviewer: TOMAS,
          deputy: SAM,
          via: [TOMAS, LEO],
          sentence: `${TOMAS.name} is away until ${back}, and so is the deputy ${LEO.name}; ${SAM.name} decides instead.`,
        },
      ];
      legal.decisions = [
        decision(SAM, now - 3 * HOUR, { on_behalf_of: [TOMAS, LEO].map(person), reason: "Clause 4 is settled now." }),
      ];
      brand.decisions = [decision(AIKO, now - 5 * HOUR)];
      brand.closed = { at: now - 5 * HOUR, outcome: "approved" };
      item.closedReviews = [brand];
      item.reviews = [legal, finance];
    },
    overridden(item) {
      const [legal, brand, finance] = enter(item, LAUNCH, 1, now - 2 * DAY, [[MARA, RUTH], [AIKO], [JONAS]]);
      if (!legal || !brand || !finance) return;
      const reason = "The slot at the printer closes at four, and legal has approved the same text in March.";
      legal.decisions = [
        decision(RUTH, now - 30 * HOUR, { of_current_content: false, round: 1 }),
        decision(SAM, now - 26 * HOUR, { overriding: true, reason }),
      ];
      brand.decisions = [decision(AIKO, now - 28 * HOUR)];
      finance.decisions = [decision(JONAS, now - 27 * HOUR, { reason: "Within the budget of the third quarter." })];
      for (const one of [legal, brand, finance])
        one.closed = { at: one.decisions.at(-1)?.at ?? now, outcome: "approved" };
      const closed = [legal, brand, finance];
      item.round = 2;
      item.history.unshift({
        at: now - 26 * HOUR,
        who: SAM.name,
        text: "overrode Legal check: it counts as approved",
        detail: reason,
        pending: false,
      });
      enter(item, LAUNCH, 3, now, [[ME]]);
      item.closedReviews = closed;
    },
    outputs(item) {
      enter(item, LAUNCH, 2, now, [[ME]]);
      item.fields.budget = "1240000";
    },
    "every-output"(item) {
      enter(item, CONTRACT, 1, now, [[ME]]);
      item.fields.payment_days = "30";
    },
    reason(item) {
      enter(item, CONTRACT, 2, now, [[ME]]);
    },
    uncovered(item) {
      const [legal] = enter(item, LAUNCH, 1, now - DAY, [[TOMAS, LEO], [AIKO], [JONAS]]);
      if (!legal) return;
      legal.covers = [
        {
          reviewer: LEO,
          deputy: null,
          via: [],
          sentence: `${LEO.name} is away until ${back} and named nobody for this work, so nobody decides.`,
        },
      ];
      legal.decisions = [decision(TOMAS, now - 6 * HOUR)];
      item.owner = ME;
    },
    seats(item) {
      const [legal] = enter(item, LAUNCH, 1, now - DAY, [[ME, MARA], [AIKO], [JONAS]]);
      if (!legal) return;
      legal.needed = 2;
      item.owner = ME;
    },
    exception(item) {
      enter(item, LAUNCH, 1, now - DAY, [[MARA, TOMAS], [AIKO], [JONAS]]);
      item.phase = "exception";
      item.owner = ME;
      item.exception = {
        category: "Supplier failed",
        reason: "The printer has stopped production; a replacement is being looked for.",
        by: JONAS.name,
        at: now - 4 * HOUR,
        from: "in_review",
      };
    },
    long(item) {
      const [privacy] = enter(item, CONTRACT, 3, now - DAY, [[MAX, PRIYA, ME], []]);
      if (!privacy) return;
      privacy.covers = [
        {
          reviewer: MAX,
          deputy: RUTH,
          via: [MAX, TOMAS],
          sentence: `${MAX.name} is away until ${back}, and so is the deputy ${TOMAS.name}; ${RUTH.name} decides instead.`,
        },
      ];
      privacy.decisions = [
        decision(RUTH, now - 2 * HOUR, {
          on_behalf_of: [MAX, TOMAS].map(person),
          reason:
            "The processor in the third country has signed the clauses; the transfer assessment is attached as the second document and was checked against the guidance of the authority.",
        }),
      ];
    },
  };
  return SHOWN.map((shown, at) => {
    const item = base(shown, at, now);
    build[shown](item);
    return item;
  });
}

const ABOUT: Record<Shown, readonly [company: number, kind: Kind, title: string]> = {
  covered: [11, "deliverable", "Press kit for the opening"],
  overridden: [3, "deliverable", "Product film, second cut"],
  outputs: [4, "request", "New landing page for the spring campaign"],
  "every-output": [7, "request", "Extend the service contract by twelve months"],
  reason: [1, "request", "Add the Rotterdam site to the maintenance plan"],
  uncovered: [10, "deliverable", "Sustainability statement"],
  exception: [6, "deliverable", "Packaging artwork for the autumn range"],
  long: [9, "request", "Processing of metering data by a subcontractor outside the European Economic Area"],
  seats: [2, "deliverable", "Brochure for the autumn fair"],
};

function base(shown: Shown, at: number, now: number): FakeItem {
  const [at_company, kind, title] = ABOUT[shown];
  const company = COMPANIES[at_company] ?? COMPANIES[0]!;
  return {
    id: idOf(shown),
    number: 4 + at * 12,
    reference: `${company.code}-${11 + at}`,
    kind,
    title,
    company,
    project: null,
    owner: PRIYA,
    priority: "normal",
    phase: "in_review",
    journey: LAUNCH,
    stage: 0,
    round: 1,
    assignment: 1,
    content: digestOf(shown),
    reviews: [],
    closedReviews: [],
    fields: {},
    written: {},
    description: null,
    keyedIn: false,
    contributors: [],
    createdAt: now - 6 * DAY,
    enteredAt: now,
    updatedAt: now - 20 * 60_000,
    dueAt: null,
    completedAt: null,
    escalation: null,
    exception: null,
    comments: [],
    history: [],
    commentCount: 1,
    attachmentCount: 1,
    added: [],
  };
}

/** Opens the steps of a stage, due by working time, with a day off and a pause on the way. */
function enter(item: FakeItem, journey: FakeJourney, at: number, now: number, seats: Staff[][]): FakeReview[] {
  const stage = journey.stages[at];
  if (!stage) return [];
  const start = now - 3 * DAY - 90 * 60_000;
  const pauses = [{ from: now - 30 * HOUR, until: now - 26 * HOUR, why: "waiting for the client" as const }];
  const { due, ledger } = workLedger(start, stage.hours, now, pauses, { [dayOf(now - DAY)]: "Company day" });
  item.journey = journey;
  item.stage = at;
  item.enteredAt = start;
  item.dueAt = due;
  item.reviews = stage.steps.map((step, index) => ({
    ...opened(stage, step, seats[index] ?? [], start),
    dueAt: due,
    ledger,
  }));
  return item.reviews;
}

function decision(by: Staff, at: number, more: Partial<DecisionView> = {}): DecisionView {
  return {
    by: person(by),
    on_behalf_of: [],
    overriding: false,
    verdict: "approve",
    reason: null,
    at,
    round: 1,
    of_current_content: true,
    pending: false,
    ...more,
  };
}
