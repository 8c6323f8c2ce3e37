/** What each action needs before it can be asked for, and the request it becomes. */
import type {
  Action,
  FormView,
  ItemView,
  OutputView,
  Priority,
  Request,
  SeatView,
  StageView,
  StepView,
} from "$lib/generated";
import { changesOf, type Edit, editOf, problemsOf } from "./edit";
import { openSteps, ownSeat } from "./steps";
import { prefilled, problemWith, valueOf } from "./outputs";

/**
 * The actions on an item that the window offers, in the order of its menus. Together with what has a screen of its own
 * (see `ELSEWHERE`) they are all that the staff may do: a test of `posternctl` reads both lists.
 */
export const DOABLE = [
  "approve",
  "request_changes",
  "claim",
  "reassign",
  "escalate",
  "de_escalate",
  "set_fields",
  "set_priority",
  "set_due",
  "note_internally",
  "comment",
  "complete",
  "resubmit",
  "raise_exception",
  "resolve_exception",
  "reopen",
  "override",
  "withdraw",
] as const satisfies readonly Action[];

/** What has a screen of its own: reading an item, keying one in, its files. */
export const ELSEWHERE = ["view", "submit", "attach_version"] as const satisfies readonly Action[];

export type Doable = (typeof DOABLE)[number];

/** Where a resolved exception leaves to; `stage` is one that is chosen besides. */
export type Exit = "back" | "stage" | "complete" | "withdraw";

export interface Draft {
  reason: string;
  body: string;
  person: string | null;
  /** Which of several open steps. */
  step: string | null;
  /** Whose seat of several, or everybody's. */
  from: string | null;
  category: string;
  exit: Exit;
  stage: string | null;
  priority: Priority;
  dueAt: number | null;
  /** As typed, by the field's key. */
  outputs: Record<string, string>;
  edit: Edit;
}

/** What this item asks for besides what the action always does. */
export interface Asked {
  outputs: OutputView[];
  reason_required: boolean;
  /** Several, when the action has to say which it means. */
  steps: StepView[];
  /** All that are open. */
  open: StepView[];
  /** What exceptions may be called; empty: any word. */
  categories: string[];
  stages: StageView[];
  /** It is with a lead already: to escalate it is to bring it to another. */
  escalated: boolean;
  form: FormView;
  /** The content as it stands. */
  content: Edit;
}

const NO_FORM: FormView = { title_material: true, description_material: true, fields: [] };

export const NOTHING: Asked = {
  outputs: [],
  reason_required: false,
  steps: [],
  open: [],
  categories: [],
  stages: [],
  escalated: false,
  form: NO_FORM,
  content: { title: "", description: "", fields: {} },
};

export function askedBy(item: ItemView): Asked {
  const { outputs, reason_required, categories, stages, form } = item;
  const open = openSteps(item);
  const steps = open.length > 1 ? open : [];
  const escalated = item.escalation !== null;
  return { outputs, reason_required, categories, stages, open, steps, escalated, form, content: editOf(item) };
}

/** The step that is handed on: the one that was chosen, or the only one. */
export const stepMeant = (draft: Draft, asked: Asked): StepView | null =>
  asked.open.find((one) => one.step === draft.step) ?? (asked.open.length === 1 ? (asked.open[0] ?? null) : null);

/** The seats of which one has to be chosen; none where there is only one. */
export function seatsAsked(draft: Draft, asked: Asked): SeatView[] {
  const seats = stepMeant(draft, asked)?.seats ?? [];
  return seats.length > 1 ? seats : [];
}

/** What has to be filled in: by who approves, at their own step; by who overrides, at the one that they mean. */
export function outputsAsked(action: Doable, draft: Draft, asked: Asked): OutputView[] {
  if (action === "approve") return asked.outputs;
  if (action !== "override") return [];
  return stepMeant(draft, asked)?.outputs ?? [];
}

export function emptyDraft(): Draft {
  return {
    reason: "",
    body: "",
    person: null,
    step: null,
    from: null,
    category: "",
    exit: "back",
    stage: null,
    priority: "normal",
    dueAt: null,
    outputs: {},
    edit: { title: "", description: "", fields: {} },
  };
}

/** What the item says already: its priority and due date, values that stand there, the step where it is my turn. */
export function draftFor(item: ItemView): Draft {
  const mine = item.row.waiting_on.some((one) => one.is_me);
  const open = openSteps(item);
  const step = mine ? item.seen.step : null;
  return {
    ...emptyDraft(),
    step,
    from: ownSeat(open.find((one) => one.step === step) ?? (open.length === 1 ? open[0] : undefined)),
    edit: editOf(item),
    priority: item.row.priority,
    dueAt: item.row.due_at,
    outputs: Object.fromEntries(
      [...open.flatMap((step) => step.outputs), ...item.outputs].map((output) => [output.key, prefilled(output)]),
    ),
  };
}

/** Actions that are asked for at once, without a form, unless the item asks for more. */
const IMMEDIATE: readonly Doable[] = ["approve", "claim", "complete", "de_escalate"];
/** Actions after which the item is somebody else's: the next one gets the focus. */
const MOVES_ON: readonly Doable[] = [
  "approve",
  "override",
  "request_changes",
  "reassign",
  "escalate",
  "complete",
  "withdraw",
  "resubmit",
];
/** Decisions about content: what is on the screen must be what was looked at. */
const DECISIONS: readonly Doable[] = ["approve", "override", "request_changes"];

export const needsForm = (action: Doable, asked: Asked = NOTHING) =>
  !IMMEDIATE.includes(action) || (action === "approve" && (asked.reason_required || asked.outputs.length > 0));
export const movesOn = (action: Doable) => MOVES_ON.includes(action);
export const decides = (action: Doable) => DECISIONS.includes(action);

export type Missing =
  | "reason"
  | "body"
  | "person"
  | "step"
  | "from"
  | "category"
  | "stage"
  | "title"
  | "change"
  | `output:${string}`
  | `field:${string}`;

/** What is still missing or cannot be, by field. Empty: it can be asked for. */
export function missing(action: Doable, draft: Draft, asked: Asked = NOTHING): Missing[] {
  const blank = (text: string) => text.trim() === "";
  const needed = (wanting: boolean, field: Missing): Missing[] => (wanting ? [field] : []);
  const reason = needed(blank(draft.reason), "reason");
  const outputs = outputsAsked(action, draft, asked).flatMap((output) =>
    needed(problemWith(output, draft.outputs[output.key] ?? "") !== null, `output:${output.key}`),
  );
  switch (action) {
    case "approve":
      return [...outputs, ...(asked.reason_required ? reason : [])];
    case "override":
      return [...needed(asked.steps.length > 0 && draft.step === null, "step"), ...outputs, ...reason];
    case "escalate":
      return [...needed(asked.escalated && draft.person === null, "person"), ...reason];
    case "request_changes":
    case "withdraw":
    case "reopen":
      return reason;
    case "set_fields": {
      const problems = problemsOf(asked.form, draft.edit);
      return problems.length > 0
        ? problems
        : needed(changesOf(asked.form, asked.content, draft.edit) === null, "change");
    }
    case "resolve_exception":
      return [...needed(draft.exit === "stage" && draft.stage === null, "stage"), ...reason];
    case "raise_exception":
      return [...needed(blank(draft.category), "category"), ...reason];
    case "comment":
    case "note_internally":
      return needed(blank(draft.body), "body");
    case "reassign":
      return [
        ...needed(asked.steps.length > 0 && draft.step === null, "step"),
        ...needed(draft.from === null && seatsAsked(draft, asked).length > 0, "from"),
        ...needed(draft.person === null, "person"),
      ];
    default:
      return [];
  }
}

export function requestOf(action: Doable, draft: Draft, asked: Asked = NOTHING): Request {
  const reason = draft.reason.trim();
  const optional = reason === "" ? null : reason;
  const outputs = outputsAsked(action, draft, asked);
  const filled = () => ({
    outputs: Object.fromEntries(
      outputs.map((output) => [output.key, valueOf(output, draft.outputs[output.key] ?? "")]),
    ),
  });
  switch (action) {
    case "approve":
      return { do: "approve", comment: optional, ...(outputs.length > 0 ? filled() : {}) };
    case "override":
      return {
        do: "override",
        reason,
        ...(outputs.length > 0 ? filled() : {}),
        ...(asked.steps.length > 0 && draft.step !== null ? { step: draft.step } : {}),
      };
    case "request_changes":
      return { do: "request_changes", reason };
    case "claim":
      return draft.step === null ? { do: "claim" } : { do: "claim", step: draft.step };
    case "reassign":
      return {
        do: "reassign",
        to: draft.person ?? "",
        reason: optional,
        ...(asked.steps.length > 0 && draft.step !== null ? { step: draft.step } : {}),
        ...seatOf(draft, asked),
      };
    case "escalate":
      return { do: "escalate", reason, ...(draft.person === null ? {} : { to: draft.person }) };
    case "set_fields":
      return { do: "set_fields", ...changesOf(asked.form, asked.content, draft.edit) };
    case "de_escalate":
      return { do: "de_escalate", reason: optional };
    case "comment":
      return { do: "comment", visibility: "client", body: draft.body.trim() };
    case "note_internally":
      return { do: "comment", visibility: "internal", body: draft.body.trim() };
    case "complete":
      return { do: "complete" };
    case "resubmit":
      return { do: "resubmit", comment: optional };
    case "withdraw":
      return { do: "withdraw", reason };
    case "reopen":
      return { do: "reopen", reason };
    case "raise_exception":
      return { do: "raise_exception", category: draft.category.trim(), reason };
    case "resolve_exception":
      return {
        do: "resolve_exception",
        to: draft.exit === "stage" ? { stage: draft.stage ?? "" } : draft.exit,
        reason,
      };
    case "set_priority":
      return { do: "set_priority", priority: draft.priority };
    case "set_due":
      return { do: "set_due", due_at: draft.dueAt };
  }
}

/** Whose seat is handed on, where there are several. */
function seatOf(draft: Draft, asked: Asked): { from?: string } {
  return draft.from === null || seatsAsked(draft, asked).length === 0 ? {} : { from: draft.from };
}
