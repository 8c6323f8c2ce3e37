/** An absence as it stands in the form, and as the engine takes it. The engine says whether it may be saved. */
import type { AbsenceDraft, AbsenceView, Delegation, Kind, PersonId } from "$lib/generated";
import { readMoney } from "$lib/item/outputs";

export interface DeputyRow {
  /** Only to tell rows apart while they move. */
  key: number;
  to: PersonId | null;
  client: string;
  kind: Kind | "";
  amount: string;
}

export interface FormDraft {
  id: string | null;
  person: PersonId | null;
  from: string;
  until: string;
  deputies: DeputyRow[];
  note: string;
}

export interface RowProblems {
  person: boolean;
  amount: boolean;
}

export interface Problems {
  from: boolean;
  until: boolean;
  rows: RowProblems[];
  any: boolean;
}

let made = 0;

export const KINDS: readonly Kind[] = ["request", "deliverable", "ticket", "invoice"];

export function emptyRow(): DeputyRow {
  return { key: ++made, to: null, client: "", kind: "", amount: "" };
}

export function emptyForm(): FormDraft {
  return { id: null, person: null, from: "", until: "", deputies: [], note: "" };
}

/** Minor units with two decimals; null when it is no amount. An empty field limits nothing. */
export function amountOf(typed: string): number | null | undefined {
  if (typed.trim() === "") return undefined;
  const minor = readMoney(typed, "EUR");
  return minor === null || minor < 0 ? null : minor;
}

export function formOf(view: AbsenceView, codeOf: (client: string) => string): FormDraft {
  return {
    id: view.id,
    person: view.person.id,
    from: view.from.slice(0, 16),
    until: view.until.slice(0, 16),
    deputies: view.delegations.map(({ to, scope }) => ({
      key: ++made,
      to,
      client: scope.client === undefined ? "" : codeOf(scope.client),
      kind: scope.kind ?? "",
      amount: scope.amount_up_to === undefined ? "" : (scope.amount_up_to / 100).toFixed(2),
    })),
    note: view.note,
  };
}

/** What the form itself can see; everything else is the engine's to say. */
export function problemsOf(form: FormDraft): Problems {
  const rows = form.deputies.map((row) => ({ person: row.to === null, amount: amountOf(row.amount) === null }));
  const from = form.from === "";
  const until = form.until === "";
  return { from, until, rows, any: from || until || rows.some((row) => row.person || row.amount) };
}

/** As the engine takes it. Rows that are not finished are left out: they are no deputies yet. */
export function draftOf(form: FormDraft, clientOf: (code: string) => string): AbsenceDraft {
  const delegations = form.deputies.flatMap((row): Delegation[] => {
    const amount = amountOf(row.amount);
    if (row.to === null || amount === null) return [];
    const client = row.client.trim();
    return [
      {
        to: row.to,
        scope: {
          ...(client === "" ? {} : { client: clientOf(client) }),
          ...(row.kind === "" ? {} : { kind: row.kind }),
          ...(amount === undefined ? {} : { amount_up_to: amount }),
        },
      },
    ];
  });
  const { id, person, from, until, note } = form;
  return { id, person, from: from.slice(0, 16), until: until.slice(0, 16), delegations, note, cancelled: false };
}

export function takenBack(view: AbsenceView): AbsenceDraft {
  const { id, person, from, until, delegations, note } = view;
  return { id, person: person.id, from, until, delegations, note, cancelled: true };
}

/** Whether two forms say the same. */
export function same(a: FormDraft, b: FormDraft): boolean {
  const plain = (form: FormDraft) =>
    JSON.stringify(form, (name, value: unknown) => (name === "key" ? undefined : value));
  return plain(a) === plain(b);
}
