/** A new item that somebody keys in for a client: what can be chosen, what is missing, what would come of it. */
import { asFailure, type Backend } from "$lib/backend/backend";
import type {
  ActItemResult,
  ActResult,
  ClientChoice,
  Failure,
  FormProblem,
  JourneyChoice,
  Kind,
  NewItemChoices,
  Priority,
  Request,
} from "$lib/generated";
import { type Edit, type EditProblem, filledIn, problemsOf, valuesOf } from "./edit";

const SETTLE_MS = 150;
const KINDS: readonly Kind[] = ["request", "deliverable", "ticket", "invoice"];

export type NewItemProblem = EditProblem | "client" | "kind" | "journey";

export class NewItem {
  choices = $state.raw<NewItemChoices | null>(null);
  failure = $state.raw<Failure | null>(null);
  client = $state<string | null>(null);
  project = $state<string | null>(null);
  kind = $state<Kind | null>(null);
  priority = $state<Priority>("normal");
  edit = $state<Edit>({ title: "", description: "", fields: {} });
  /** Shown once somebody tried to hand it over. */
  tried = $state(false);
  /** How often something was missing then. */
  rejected = $state(0);
  busy = $state(false);
  predicted = $state.raw<ActItemResult | null>(null);
  refusal = $state<string | null>(null);
  problems = $state.raw<FormProblem[]>([]);

  #journey = $state<string | null>(null);
  #asked = 0;
  #settling: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly backend: Backend,
    private readonly onFailure: (error: unknown) => void,
    private readonly onDone: (what: string, result: ActResult) => void,
  ) {}

  readonly chosen = $derived<ClientChoice | null>(this.choices?.clients.find((one) => one.id === this.client) ?? null);
  /** What may be keyed in for the client, or for one of its projects. */
  readonly kinds = $derived(
    KINDS.filter(
      (kind) =>
        this.chosen?.kinds.includes(kind) || this.chosen?.projects.some((project) => project.kinds.includes(kind)),
    ),
  );
  /** A project has to be named where the client as a whole is out of reach. */
  readonly projects = $derived(
    this.chosen?.projects.filter((project) => this.kind !== null && project.kinds.includes(this.kind)) ?? [],
  );
  readonly needsProject = $derived(this.kind !== null && !this.chosen?.kinds.includes(this.kind));
  readonly journeys = $derived<JourneyChoice[]>(
    this.choices?.journeys.filter((one) => this.kind !== null && one.kinds.includes(this.kind)) ?? [],
  );
  readonly journey = $derived<JourneyChoice | null>(
    this.journeys.find((one) => one.key === this.#journey) ??
      (this.journeys.length === 1 ? (this.journeys[0] ?? null) : null),
  );

  readonly missing = $derived.by((): NewItemProblem[] => {
    const needed = (wanting: boolean, what: NewItemProblem): NewItemProblem[] => (wanting ? [what] : []);
    return [
      ...needed(this.chosen === null, "client"),
      ...needed(this.kind === null, "kind"),
      ...needed(this.kind !== null && this.journey === null, "journey"),
      ...(this.journey ? problemsOf(this.journey.form, this.edit) : needed(this.edit.title.trim() === "", "title")),
    ];
  });

  /** Starts anew, for the client whose item is at hand where that may be. */
  async begin(client: string | null): Promise<void> {
    this.forget();
    const asked = ++this.#asked;
    try {
      const choices = await this.backend.newItemChoices();
      if (asked !== this.#asked) return;
      this.choices = choices;
      const only = choices.clients.length === 1 ? choices.clients[0]?.id : undefined;
      this.chooseClient(only ?? choices.clients.find((one) => one.id === client)?.id ?? null);
    } catch (error) {
      if (asked === this.#asked) this.failure = asFailure(error);
    }
  }

  forget(): void {
    clearTimeout(this.#settling);
    this.#asked++;
    this.choices = null;
    this.failure = null;
    this.client = null;
    this.project = null;
    this.kind = null;
    this.#journey = null;
    this.priority = "normal";
    this.edit = { title: "", description: "", fields: {} };
    this.tried = false;
    this.rejected = 0;
    this.predicted = null;
    this.refusal = null;
    this.problems = [];
  }

  chooseClient(client: string | null): void {
    this.client = client;
    this.project = null;
    if (this.kind !== null && !this.kinds.includes(this.kind)) this.chooseKind(null);
    if (this.kind === null && this.kinds.length === 1) this.chooseKind(this.kinds[0] ?? null);
    this.edited();
  }

  chooseKind(kind: Kind | null): void {
    this.kind = kind;
    this.project = null;
    this.chooseJourney(null);
  }

  chooseJourney(key: string | null): void {
    this.#journey = key;
    const empty = this.journey ? filledIn(this.journey.form) : {};
    // What another form calls the same is kept.
    const kept = Object.entries(this.edit.fields).filter(([field]) => field in empty);
    this.edit.fields = { ...empty, ...Object.fromEntries(kept) };
    this.edited();
  }

  edited(): void {
    this.refusal = null;
    this.problems = [];
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => void this.predict(), SETTLE_MS);
  }

  async predict(): Promise<void> {
    const request = this.#request();
    const asked = ++this.#asked;
    if (request === null || this.missing.length > 0) {
      this.predicted = null;
      return;
    }
    try {
      const [predicted] = await this.backend.predict([], request);
      if (asked === this.#asked) this.predicted = predicted ?? null;
    } catch (error) {
      this.onFailure(error);
    }
  }

  /** Resolves with the new item's id; null while something is missing or refused. */
  async submit(): Promise<string | null> {
    this.tried = true;
    const request = this.#request();
    if (this.busy || request === null || this.missing.length > 0) {
      this.rejected += 1;
      return null;
    }
    this.busy = true;
    try {
      const result = await this.backend.act([], request);
      const [item] = result.results;
      if (!item?.accepted) {
        this.refusal = item?.message ?? null;
        this.problems = item?.problems ?? [];
        this.rejected += 1;
        return null;
      }
      this.onDone(this.edit.title.trim(), result);
      return item.id;
    } catch (error) {
      this.onFailure(error);
      return null;
    } finally {
      this.busy = false;
    }
  }

  #request(): Request | null {
    const { client, kind, journey, edit, priority } = this;
    const project = this.project ?? (this.needsProject ? (this.projects[0]?.id ?? null) : null);
    if (client === null || kind === null || journey === null) return null;
    const filled = journey.form.fields.filter((field) => (edit.fields[field.key] ?? "").trim() !== "");
    return {
      do: "submit",
      client,
      kind,
      journey: journey.key,
      ...(project === null ? {} : { project }),
      title: edit.title.trim(),
      description: edit.description,
      fields: valuesOf(filled, edit),
      priority,
    };
  }
}
