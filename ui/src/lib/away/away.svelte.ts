/** Who is away, and the form in which somebody says it. A draft stays here until it is saved or cleared. */
import { asFailure, type Backend } from "$lib/backend/backend";
import type { AbsenceDraft, AbsenceNotice, AbsenceView, Failure, PersonRef, SavedAbsenceView } from "$lib/generated";
import { text } from "$lib/text/en";
import { sayLocal } from "$lib/time/local";
import type { Toasts } from "$lib/toasts.svelte";
import { draftOf, emptyForm, emptyRow, type FormDraft, formOf, problemsOf, same, takenBack } from "./draft";

const REST_MS = 350;
const CODE = /^[\p{L}\p{N}_-]+$/u;

export interface KnownClient {
  id: string;
  name: string;
}

/** `idle`: there is too little to check yet. */
export type CheckState = "idle" | "checking" | "checked" | "offline" | "failed";
/** Where saving stopped, so that the focus can go there. */
export type SaveEnd = "problems" | "errors" | "warnings" | "failed" | "saved";

export class Away {
  absences = $state.raw<AbsenceView[] | null>(null);
  staff = $state.raw<PersonRef[]>([]);
  failure = $state.raw<Failure | null>(null);

  form = $state<FormDraft>(emptyForm());
  /** The absence that is being changed; null for a new one. */
  editing = $state.raw<AbsenceView | null>(null);
  notices = $state.raw<AbsenceNotice[]>([]);
  state = $state<CheckState>("idle");
  /** The portal could not be asked: what is said is what this device knows. */
  here = $state(false);
  formFailure = $state.raw<Failure | null>(null);
  /** Saving was tried: what is missing is said. */
  tried = $state(false);
  saving = $state(false);
  /** Clients by the code that was typed; null: none is in sight. */
  clients = $state.raw<ReadonlyMap<string, KnownClient | null>>(new Map());

  #start = emptyForm();
  #kept = new Map<string | null, { form: FormDraft; start: FormDraft }>();
  #ids = new Set<string>();
  #read = $state("");
  #checkedFor = "";
  #asked = 0;
  #loaded = 0;
  #rest: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly backend: Backend,
    private readonly toasts: Toasts,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  readonly problems = $derived.by(() => problemsOf(this.form));
  readonly errors = $derived(this.notices.filter((one) => one.severity === "error"));
  readonly warnings = $derived(this.notices.filter((one) => one.severity === "warning"));
  readonly warned = $derived(this.warnings.length > 0 && this.#read === said(this.warnings));
  readonly dirty = $derived.by(() => !same(this.form, this.#start));

  /** Mine first, then by when they begin. */
  readonly sorted = $derived(
    this.absences?.toSorted(
      (a, b) => Number(b.person.is_me) - Number(a.person.is_me) || a.starts_at - b.starts_at || (a.id < b.id ? -1 : 1),
    ) ?? null,
  );

  forget(): void {
    clearTimeout(this.#rest);
    this.#asked++;
    this.#loaded++;
    this.#kept.clear();
    this.absences = null;
    this.staff = [];
    this.failure = null;
    this.#open(null, emptyForm(), emptyForm());
  }

  async load(): Promise<void> {
    const asked = ++this.#loaded;
    try {
      const [absences, staff] = await Promise.all([this.backend.absences(), this.backend.staff()]);
      if (asked !== this.#loaded) return;
      this.absences = absences;
      this.staff = staff;
      this.failure = null;
    } catch (error) {
      if (asked !== this.#loaded) return;
      if (this.absences) this.onFailure(error);
      else this.failure = asFailure(error);
    }
  }

  /** The form has changed: once typing rests, the engine is asked what is to be thought of. */
  edited(): void {
    this.formFailure = null;
    clearTimeout(this.#rest);
    this.#asked++;
    if (this.form.from === "" || this.form.until === "") {
      this.notices = [];
      this.state = "idle";
      return;
    }
    if (this.state !== "offline") this.state = "checking";
    this.#rest = setTimeout(() => void this.check(), REST_MS);
  }

  async check(): Promise<void> {
    clearTimeout(this.#rest);
    if (this.form.from === "" || this.form.until === "") return;
    const asked = ++this.#asked;
    if (this.state !== "offline") this.state = "checking";
    try {
      await this.#findClients();
      const draft = this.#draft();
      const { notices, here } = await this.backend.saveAbsence(draft, true);
      if (asked !== this.#asked) return;
      this.#checkedFor = JSON.stringify(draft);
      this.notices = notices;
      this.here = here;
      this.formFailure = null;
      this.state = "checked";
    } catch (error) {
      if (asked === this.#asked) this.#failed(error);
    }
  }

  async save(): Promise<SaveEnd> {
    if (this.saving) return "failed";
    this.tried = true;
    if (this.problems.any) return "problems";
    this.saving = true;
    try {
      if (this.state !== "checked" || this.#checkedFor !== JSON.stringify(this.#draft())) await this.check();
      if (this.state !== "checked") return "failed";
      if (this.errors.length > 0) return "errors";
      if (this.warnings.length > 0 && !this.warned) {
        this.#read = said(this.warnings);
        return "warnings";
      }
      const draft = this.#draft();
      const saved = await this.backend.saveAbsence(draft, false);
      if (!saved.saved) {
        this.notices = saved.notices;
        return "errors";
      }
      this.toasts.notice(sentenceOf(saved));
      this.#kept.delete(draft.id);
      if (JSON.stringify(draft) === JSON.stringify(this.#draft())) this.#back();
      else this.form.id = saved.absence.id;
      void this.load();
      return "saved";
    } catch (error) {
      this.#failed(error);
      return "failed";
    } finally {
      this.saving = false;
    }
  }

  /** Takes an absence into the form. What was being written is kept, and comes back afterwards. */
  edit(view: AbsenceView): void {
    if (this.form.id === view.id) return;
    if (this.dirty) this.#kept.set(this.form.id, { form: $state.snapshot(this.form), start: this.#start });
    for (const { scope } of view.delegations) if (scope.client !== undefined) this.#ids.add(scope.client);
    const start = formOf(view, (client) => this.#codeOf(client));
    const kept = this.#kept.get(view.id);
    this.#open(view, kept?.form ?? structuredClone(start), kept?.start ?? start);
    this.edited();
  }

  /** Leaves an absence as it was, or empties the form of a new one. */
  clear(): void {
    this.#kept.delete(this.form.id);
    this.#back();
  }

  async takeBack(view: AbsenceView): Promise<boolean> {
    try {
      await this.backend.saveAbsence(takenBack(view), false);
      const words = text.away.who;
      const from = sayLocal(view.from);
      this.toasts.notice(view.person.is_me ? words.takenBackMine(from) : words.takenBack(view.person.name, from));
      this.#kept.delete(view.id);
      if (this.form.id === view.id) this.#back();
      await this.load();
      return true;
    } catch (error) {
      this.onFailure(error);
      return false;
    }
  }

  /** Ends an absence that has begun. */
  async backNow(view: AbsenceView): Promise<void> {
    try {
      const draft = await this.backend.earlyReturn(view.id);
      await this.backend.saveAbsence(draft, false);
      const words = text.away.who;
      this.toasts.notice(view.person.is_me ? words.backMine : words.back(view.person.name));
      this.#kept.delete(view.id);
      if (this.form.id === view.id) this.#back();
      await this.load();
    } catch (error) {
      this.onFailure(error);
    }
  }

  addDeputy(): number {
    this.form.deputies.push(emptyRow());
    this.tried = false;
    return this.form.deputies.length - 1;
  }

  removeDeputy(at: number): void {
    this.form.deputies.splice(at, 1);
    this.edited();
  }

  /** Moves a deputy by one place; says whether it moved. */
  moveDeputy(at: number, by: 1 | -1): boolean {
    const { deputies } = this.form;
    const [one, other] = [deputies[at], deputies[at + by]];
    if (!one || !other) return false;
    [deputies[at], deputies[at + by]] = [other, one];
    this.edited();
    return true;
  }

  nameOf(id: string | null): string | null {
    return this.staff.find((one) => one.id === id)?.name ?? null;
  }

  #draft(): AbsenceDraft {
    return draftOf(this.form, (code) => {
      const known = this.clients.get(code.toUpperCase());
      return known?.id ?? (this.#ids.has(code) ? code : code.toLowerCase());
    });
  }

  #open(view: AbsenceView | null, form: FormDraft, start: FormDraft): void {
    clearTimeout(this.#rest);
    this.#asked++;
    this.editing = view;
    this.#start = start;
    this.form = form;
    this.notices = [];
    this.here = false;
    this.state = "idle";
    this.formFailure = null;
    this.tried = false;
    this.#read = "";
  }

  /** Back to the new absence that was being written before, if any. */
  #back(): void {
    const kept = this.#kept.get(null);
    this.#kept.delete(null);
    this.#open(null, kept?.form ?? emptyForm(), kept?.start ?? emptyForm());
    if (kept) this.edited();
  }

  #failed(error: unknown): void {
    const failure = asFailure(error);
    this.state = failure.code === "offline" ? "offline" : "failed";
    this.formFailure = failure.code === "offline" ? null : failure;
  }

  /** A code becomes the client whose work carries it: `ACME` of `ACME-142`. */
  async #findClients(): Promise<void> {
    const codes = this.form.deputies.map((row) => row.client.trim()).filter((code) => CODE.test(code));
    for (const typed of codes) {
      const code = typed.toUpperCase();
      if (this.clients.get(code)) continue;
      let found: KnownClient | null = null;
      for (const queue of ["open", "closed"] as const) {
        if (found) break;
        const query = { queue, filter: `client:${typed}`, sort: "reference", descending: false, offset: 0, limit: 50 };
        const { rows } = await this.backend.list({ ...query, sort: "reference" });
        const row = rows.find((one) => one.reference.startsWith(`${code}-`) || one.client === typed);
        if (row) found = { id: row.client, name: row.client_name };
      }
      this.clients = new Map(this.clients).set(code, found);
    }
  }

  #codeOf(client: string): string {
    for (const [code, known] of this.clients) if (known?.id === client) return code;
    return client;
  }
}

const said = (notices: AbsenceNotice[]) => JSON.stringify(notices.map((one) => one.sentence));

function sentenceOf({ absence }: SavedAbsenceView): string {
  const words = text.away.you;
  const [from, until] = [sayLocal(absence.from), sayLocal(absence.until)];
  const deputies =
    absence.deputies.length === 0 ? words.savedNobody : words.savedDeputies(absence.deputies.join(words.then));
  return absence.person.is_me
    ? words.saved(from, until, deputies)
    : words.savedOf(absence.person.name, from, until, deputies);
}
