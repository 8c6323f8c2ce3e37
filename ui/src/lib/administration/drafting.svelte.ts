/** A version of a journey as it is written: checked, replayed, and published by whoever saw what the replay found. */
import type { AdministrationBackend } from "$lib/backend/administration";
import type { JourneyCheckView, JourneyDraft, JourneyReplayView, PublicationView } from "$lib/generated";
import { SvelteMap } from "svelte/reactivity";
import { Asking } from "./asking.svelte";

const EMPTY: JourneyDraft = { document: "", cases: "" };

export class Drafting {
  document = $state("");
  cases = $state("");
  check = $state.raw<JourneyCheckView | null>(null);
  replay = $state.raw<JourneyReplayView | null>(null);
  /** For whom new items start on it; null: for everybody. */
  cohorts = $state.raw<readonly string[] | null>(null);
  readonly asking = new Asking<"check" | "replay" | "publish">();
  #key: string | null = null;
  /** What was being written of other journeys, by their key. */
  #kept = new SvelteMap<string | null, JourneyDraft>();

  constructor(private readonly backend: AdministrationBackend) {}

  /** Whether something was written of this journey and neither published nor discarded. */
  has(key: string | null): boolean {
    return this.#kept.has(key);
  }

  /** Goes on where it was, or begins with a text. */
  begin(key: string | null, draft: JourneyDraft): void {
    this.#take(key, this.#kept.get(key) ?? draft);
  }

  /** Another text in the place of what was written. */
  replace(draft: JourneyDraft): void {
    this.#kept.delete(this.#key);
    this.#take(this.#key, draft);
  }

  discard(): void {
    this.replace(EMPTY);
  }

  forget(): void {
    this.#kept.clear();
    this.#take(null, EMPTY);
  }

  #take(key: string | null, draft: JourneyDraft): void {
    this.#key = key;
    this.document = draft.document;
    this.cases = draft.cases;
    this.cohorts = null;
    this.#ask();
  }

  edited(): void {
    this.#kept.set(this.#key, this.#draft());
    this.#ask();
  }

  /** What was found was found in another text. */
  #ask(): void {
    this.asking.drop("publish");
    this.check = null;
    this.replay = null;
  }

  async runCheck(): Promise<void> {
    this.check = await this.asking.ask("check", () => this.backend.checkJourney(this.#draft()));
  }

  async runReplay(): Promise<void> {
    this.replay = await this.asking.ask("replay", () => this.backend.replayJourney(this.#draft()));
  }

  /** First the check, then the replay; publishing is asked for by itself. */
  async next(): Promise<void> {
    if (this.check === null) await this.runCheck();
    else if (this.check.sound && this.replay === null) await this.runReplay();
  }

  async publish(): Promise<PublicationView | null> {
    const { replay } = this;
    if (replay === null) return null;
    const sent = this.#draft();
    const wish = { ...sent, cohorts: this.cohorts === null ? null : [...this.cohorts], replayed: replay.digest };
    const published = await this.asking.ask("publish", () => this.backend.publishJourney(wish));
    // What was written meanwhile stays.
    if (published !== null && sent.document === this.document && sent.cases === this.cases) this.discard();
    return published;
  }

  toggle(cohort: string): void {
    const chosen = this.cohorts ?? [];
    this.cohorts = chosen.includes(cohort) ? chosen.filter((one) => one !== cohort) : [...chosen, cohort];
  }

  #draft(): JourneyDraft {
    return { document: this.document, cases: this.cases };
  }
}
