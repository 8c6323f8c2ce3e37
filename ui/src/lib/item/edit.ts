/** Content as it is written: what stands in the form, what is wrong with it, and what of it is another than before. */
import type { FieldValue, FormField, FormPart, FormProblem, FormView, ItemView } from "$lib/generated";
import { prefilled, problemWith, valueOf } from "./outputs";

export interface Edit {
  title: string;
  description: string;
  /** As typed, by the field's key. */
  fields: Record<string, string>;
}

/** What is sent of it. */
export interface Changes {
  title?: string;
  description?: string;
  fields?: Record<string, FieldValue>;
}

export type EditProblem = "title" | `field:${string}`;

export function editOf(item: ItemView): Edit {
  return { title: item.row.title, description: item.description, fields: filledIn(item.form) };
}

export const filledIn = (form: FormView): Record<string, string> =>
  Object.fromEntries(form.fields.map((field) => [field.key, prefilled(field)]));

export function problemsOf(form: FormView, edit: Edit): EditProblem[] {
  const title: EditProblem[] = edit.title.trim() === "" ? ["title"] : [];
  const wrong = form.fields.filter((field) => problemWith(field, edit.fields[field.key] ?? "") !== null);
  return [...title, ...wrong.map((field): EditProblem => `field:${field.key}`)];
}

/** Fields that say another thing than before. */
export function changedFields(form: FormView, before: Edit, now: Edit): FormField[] {
  return form.fields.filter(
    (field) => (before.fields[field.key] ?? "").trim() !== (now.fields[field.key] ?? "").trim(),
  );
}

/** What is another than before; null where nothing is. */
export function changesOf(form: FormView, before: Edit, now: Edit): Changes | null {
  const fields = changedFields(form, before, now);
  const changes: Changes = {
    ...(now.title.trim() === before.title ? {} : { title: now.title.trim() }),
    ...(now.description === before.description ? {} : { description: now.description }),
    ...(fields.length === 0 ? {} : { fields: valuesOf(fields, now) }),
  };
  return Object.keys(changes).length > 0 ? changes : null;
}

export const valuesOf = (fields: readonly FormField[], edit: Edit): Record<string, FieldValue> =>
  Object.fromEntries(fields.map((field) => [field.key, valueOf(field, edit.fields[field.key] ?? "")]));

/** What the engine says of one part of a form. */
export function saidOf(problems: readonly FormProblem[], part: FormPart): string | null {
  const key = (one: FormPart) => (typeof one === "string" ? one : `field:${one.field}`);
  return problems.find((problem) => key(problem.part) === key(part))?.sentence ?? null;
}
