/** The forms of the sample organisation: what stands in them, what an edit does, and what can be keyed in. */
import type {
  ClientChoice,
  FieldType,
  FieldValue,
  FieldView,
  FormField,
  FormProblem,
  FormView,
  JourneyChoice,
  Kind,
  NewItemChoices,
  NewItemDraft,
  Request,
} from "$lib/generated";
import { CONTRACT, type FakeJourney, LAUNCH, STANDARD } from "./journeys";
import { COMPANIES, ME, PROJECTS } from "./names";
import type { FakeItem } from "./organisation";
import { Random } from "./random";
import { approvals, stepOf } from "./reviews";

const KINDS: readonly Kind[] = ["request", "deliverable", "ticket", "invoice"];

const field = (key: string, name: string, of: FieldType, more: Partial<FormField> = {}): FormField => ({
  key,
  name,
  help: null,
  of,
  required: false,
  material: true,
  internal: false,
  value: null,
  ...more,
});

const FIELDS: readonly FormField[] = [
  field("amount", "Amount", { type: "money", currency: "EUR", min: 0, max: null }, { required: true }),
  field("cost_centre", "Cost centre", { type: "text", max_length: 20 }, { required: true }),
  field("print_run", "Print run", { type: "integer", min: 1, max: 500_000 }, { help: "Copies in all." }),
  field("rush", "Needed at once", { type: "flag" }),
  field("language", "Languages", { type: "text", max_length: 80 }, { material: false }),
];

/** What the client handed in. */
function handedIn(item: FakeItem): Record<string, string> {
  const random = new Random(item.number + 77);
  return {
    amount: String((1200 + random.below(90_000)) * 100),
    cost_centre: `CC-${1000 + random.below(900)}`,
    language: random.pick(["English", "English, German", "Polish, Czech, English"]),
    print_run: `${(1 + random.below(80)) * 500}`,
  };
}

export const descriptionOf = (item: FakeItem): string =>
  item.description ??
  `${item.title} for ${item.company.name}. The material was handed over by ${item.company.contact} and needs to pass ` +
    `every step before it is released.\n\nPlease check the wording on the second page with care: the figures come from ` +
    `last year’s statement and were updated by hand. If anything is unclear, ask before sending it back; the next ` +
    `production slot is in two weeks.`;

const valuesOf = (item: FakeItem): Record<string, string> => ({
  ...(item.keyedIn ? {} : handedIn(item)),
  ...item.written,
});

export function formOf(item: FakeItem | null): FormView {
  const values = item ? valuesOf(item) : {};
  return {
    title_material: true,
    description_material: false,
    fields: FIELDS.map((one) => ({ ...one, value: values[one.key] ?? null })),
  };
}

export function fieldsOf(item: FakeItem): FieldView[] {
  const values = valuesOf(item);
  return FIELDS.flatMap((one) => {
    const value = values[one.key];
    return value ? [{ key: one.key, label: one.name, value, of: one.of }] : [];
  });
}

function problemWith(one: FormField, value: FieldValue | undefined): string | null {
  const empty = value === undefined || value === "";
  if (empty) return one.required ? "must be filled in" : null;
  const { of } = one;
  if (of?.type === "integer" || of?.type === "money") {
    if (typeof value !== "number") return "must be a whole number";
    if (typeof of.min === "number" && value < of.min) return `must be at least ${of.min}`;
    if (typeof of.max === "number" && value > of.max) return `must be at most ${of.max}`;
  }
  if (of?.type === "flag" && typeof value !== "boolean") return "must be yes or no";
  return null;
}

function problemsOf(
  title: string | undefined,
  fields: Partial<Record<string, FieldValue>>,
  whole: boolean,
): FormProblem[] {
  const problems: FormProblem[] =
    title !== undefined && title.trim() === "" ? [{ part: "title", sentence: "The title is empty." }] : [];
  for (const one of FIELDS) {
    if (!whole && !(one.key in fields)) continue;
    const problem = problemWith(one, fields[one.key]);
    if (problem) problems.push({ part: { field: one.key }, sentence: `The field “${one.name}” ${problem}.` });
  }
  return problems;
}

export const editProblems = (request: Request): FormProblem[] =>
  request.do === "set_fields"
    ? problemsOf(request.title, request.fields ?? {}, false)
    : request.do === "submit"
      ? problemsOf(request.title, request.fields, true)
      : [];

const isMaterial = (request: Extract<Request, { do: "set_fields" }>) =>
  request.title !== undefined ||
  Object.keys(request.fields ?? {}).some((key) => FIELDS.find((one) => one.key === key)?.material ?? true);

/** What an edit does to what was decided before. */
export function effectsOf(item: FakeItem, request: Request): string[] {
  if (request.do !== "set_fields") return [];
  if (!isMaterial(request)) return ["Approvals stay as they are: nothing changes that is decided on."];
  const reviews = [...item.closedReviews, ...item.reviews].filter((review) => approvals(review) > 0);
  const outdated = reviews.flatMap((review) =>
    review.decisions
      .filter((one) => one.verdict === "approve" && one.of_current_content)
      .map((one) => `the approval of ${one.by.name} at ${stepOf(item, review.step)?.name ?? review.step}`),
  );
  const effects =
    outdated.length > 0
      ? [`It outdates ${outdated.join(" and ")}.`, `The review starts again at ${item.journey.stages[0]?.name ?? ""}.`]
      : item.phase === "in_review"
        ? ["Nothing was decided on it yet: the review stays open, with the new content."]
        : [];
  if (!item.contributors.includes(ME.id))
    effects.push("You contribute to this round with it, and cannot decide on it yourself.");
  return effects;
}

/** Writes an edit into the item; says whether decisions are outdated by it. */
export function write(item: FakeItem, request: Extract<Request, { do: "set_fields" }>): boolean {
  if (request.title !== undefined) item.title = request.title;
  if (request.description !== undefined) item.description = request.description;
  for (const [key, value] of Object.entries(request.fields ?? {}))
    item.written = { ...item.written, [key]: typeof value === "boolean" ? (value ? "yes" : "no") : String(value) };
  return isMaterial(request);
}

const journeyChoice = (key: string, journey: FakeJourney, summary: string, kinds: Kind[]): JourneyChoice => ({
  key,
  version: journey.version,
  name: journey.name,
  summary,
  kinds,
  form: formOf(null),
});

export const JOURNEY_OF: Record<string, FakeJourney> = { standard: STANDARD, launch: LAUNCH, contract: CONTRACT };

export function choices(): NewItemChoices {
  const client = ({ id, name, code }: (typeof COMPANIES)[number]): ClientChoice => ({
    id,
    name,
    code,
    kinds: [...KINDS],
    projects: PROJECTS.flatMap((project, at) =>
      project ? [{ id: `project-${at}`, name: project, kinds: [...KINDS] }] : [],
    ).slice(0, 2),
  });
  return {
    clients: COMPANIES.map(client).sort((a, b) => a.name.localeCompare(b.name, "en")),
    journeys: [
      journeyChoice("launch", LAUNCH, "From the brief to the order, with all checks side by side.", ["deliverable"]),
      journeyChoice("standard", STANDARD, "Intake, specialist, legal, sign-off.", [...KINDS]),
      journeyChoice("contract", CONTRACT, "Terms and risks of what binds for years.", ["request"]),
    ],
  };
}

/** As the engine would make it of what was keyed in. */
export function keyedIn(draft: NewItemDraft, base: FakeItem): FakeItem {
  const company = COMPANIES.find((one) => one.id === draft.client) ?? COMPANIES[0]!;
  const written: Record<string, string> = {};
  for (const [key, value] of Object.entries(draft.fields))
    written[key] = typeof value === "boolean" ? (value ? "yes" : "no") : String(value);
  return {
    ...base,
    company,
    kind: draft.kind,
    title: draft.title,
    description: draft.description,
    priority: draft.priority,
    journey: JOURNEY_OF[draft.journey ?? "standard"] ?? STANDARD,
    written,
    keyedIn: true,
    contributors: [ME.id],
  };
}
