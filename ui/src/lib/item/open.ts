/** An item as it is opened: with the engine's answer whether I may approve it once the form is filled in. */
import type { Backend } from "$lib/backend/backend";
import type { ActionState, ItemView, StepView } from "$lib/generated";
import { sampleOf } from "./outputs";

export interface OpenItem extends ItemView {
  /** An approval has to say why. */
  commentRequired: boolean;
}

/**
 * Reads an item. The engine judges actions by a bare sample; where an approval must bring values or a reason, the bare
 * one is refused although a full one is not. So it is asked again with both.
 */
export async function openItem(backend: Backend, id: string): Promise<OpenItem> {
  const item = await backend.item(id);
  const approve = item.actions.find((one) => one.action === "approve");
  const myTurn = item.row.waiting_on.some((one) => one.is_me) || item.steps.some((step) => step.has_free_seats);
  if (!approve || approve.allowed || !myTurn) return { ...item, commentRequired: false };
  const outputs = Object.fromEntries(item.outputs.map((output) => [output.key, sampleOf(output)]));
  const ask = async (comment: string | null) => {
    const [answer] = await backend.predict([{ id, seen: item.seen }], { do: "approve", comment, outputs });
    return answer;
  };
  const silent = await ask(null);
  const answer = silent?.accepted ? silent : await ask("…");
  if (!answer) return { ...item, commentRequired: false };
  const state: ActionState = { ...approve, allowed: answer.accepted, why_not: answer.accepted ? null : answer.message };
  return {
    ...item,
    actions: item.actions.map((one) => (one === approve ? state : one)),
    commentRequired: answer !== silent && answer.accepted,
  };
}

/** The steps that are open now, side by side. */
export const openSteps = (item: ItemView): StepView[] => item.steps.filter((step) => step.state === "current");

/** The step that a decision taken now is about. */
export const stepSeen = (item: ItemView): StepView | undefined =>
  item.steps.find((step) => step.step === item.seen.step);
