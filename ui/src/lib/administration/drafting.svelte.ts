/** A version of a journey as it is written: checked, replayed, and published by whoever saw what the replay found. */
import type { AdministrationBackend } from "$lib/backend/administration";
import type { JourneyCheckView, JourneyDraft, JourneyReplayView, PublicationView } from "$lib/generated";
import { Asking } from "./asking.svelte";

export class Drafting {
  document = $state("");
  cases = $state("");
  check = $state.raw<JourneyCheckView | null>(null);
  replay = $state.raw<JourneyReplayView | null>(null);
  /** For whom new items start on it; null: for everybody. */
  cohorts = $state.raw<readonly string[] | null>(null);
  readonly asking = new Asking<"check" | "replay" | "publish">();
  #start: JourneyDraft = { document: "", cases: "" };

  constructor(private readonly backend: AdministrationBackend) {}

  get dirty(): boolean {
    return this.document !== this.#start.document || this.cases !== this.#start.cases;
  }

  begin(draft: JourneyDraft): void {
    this.#start = draft;
    this.document = draft.document;
    this.cases = draft.cases;
    this.cohorts = null;
    this.edited();
  }

  /** What was found was found in another text. */
  edited(): void {
    this.asking.drop();
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
    const wish = {
      ...this.#draft(),
      cohorts: this.cohorts === null ? null : [...this.cohorts],
      replayed: replay.digest,
    };
    return this.asking.ask("publish", () => this.backend.publishJourney(wish));
  }

  toggle(cohort: string): void {
    const chosen = this.cohorts ?? [];
    this.cohorts = chosen.includes(cohort) ? chosen.filter((one) => one !== cohort) : [...chosen, cohort];
  }

  #draft(): JourneyDraft {
    return { document: this.document, cases: this.cases };
  }
}
