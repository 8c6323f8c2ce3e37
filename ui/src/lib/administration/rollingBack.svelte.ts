/** An earlier version is to be published again: first looked at, then confirmed. */
import type { AdministrationBackend } from "$lib/backend/administration";
import type { PublicationView, RollBackDraft } from "$lib/generated";
import { Asking } from "./asking.svelte";

export class RollingBack {
  key = $state("");
  version = $state(0);
  /** In the place of those that it was published with; empty: those. */
  cases = $state("");
  looked = $state.raw<PublicationView | null>(null);
  readonly asking = new Asking<"look" | "publish">();

  constructor(private readonly backend: AdministrationBackend) {}

  async begin(key: string, version: number): Promise<void> {
    this.asking.drop();
    this.key = key;
    this.version = version;
    this.cases = "";
    await this.look();
  }

  async look(): Promise<void> {
    this.looked = null;
    this.looked = await this.asking.ask("look", () => this.backend.rollBackJourney(this.#wish(null), true));
  }

  async publish(): Promise<PublicationView | null> {
    const { looked } = this;
    if (looked === null) return null;
    return this.asking.ask("publish", () => this.backend.rollBackJourney(this.#wish(looked.replay.digest), false));
  }

  #wish(replayed: string | null): RollBackDraft {
    const cases = this.cases.trim() === "" ? null : this.cases;
    return { key: this.key, version: this.version, cohorts: null, cases, replayed };
  }
}
