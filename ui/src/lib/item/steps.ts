/** Steps as they are drawn: those of one stage that run side by side stand together. */
import type { ItemView, StepState, StepView } from "$lib/generated";

export interface StepGroup {
  key: string;
  /** The stage's name, where several steps run side by side. */
  name: string | null;
  state: StepState;
  steps: StepView[];
}

export function groupedSteps(steps: readonly StepView[]): StepGroup[] {
  const groups: StepGroup[] = [];
  for (const step of steps) {
    const last = groups.at(-1);
    if (last && step.beside !== null && last.name !== null && last.key === step.stage) last.steps.push(step);
    else groups.push({ key: step.stage, name: step.beside, state: step.state, steps: [step] });
  }
  return groups.map((group) => ({ ...group, state: stateOf(group.steps) }));
}

/** What the stage as a whole is at: the furthest from done that any of its steps is. */
function stateOf(steps: readonly StepView[]): StepState {
  const order: StepState[] = ["sent_back", "current", "upcoming", "done", "skipped"];
  return order.find((state) => steps.some((step) => step.state === state)) ?? "upcoming";
}

/** How many of the steps that count are done. */
export function progress(steps: readonly StepView[]): { done: number; of: number } {
  const counting = steps.filter((step) => step.state !== "skipped");
  return { done: counting.filter((step) => step.state === "done").length, of: counting.length };
}

/** The steps that are open now, side by side. */
export const openSteps = (item: ItemView): StepView[] => item.steps.filter((step) => step.state === "current");

/** The step that a decision taken now is about. */
export const stepSeen = (item: ItemView): StepView | undefined =>
  item.steps.find((step) => step.step === item.seen.step);

/** The reviewer in whose seat I sit; null where I have none. */
export const ownSeat = (step: StepView | undefined): string | null =>
  step?.seats.find((seat) => seat.decides?.is_me)?.reviewer.id ?? null;
