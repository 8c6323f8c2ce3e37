/** The journeys that were published, the one that is looked at, and what is being done with it. */
import type { AdministrationBackend } from "$lib/backend/administration";
import type { JourneyDraft, JourneySummary, JourneysView, PublishedJourneyView } from "$lib/generated";
import { text } from "$lib/text/en";
import type { Toasts } from "$lib/toasts.svelte";
import { Collection } from "./collection.svelte";
import { Drafting } from "./drafting.svelte";
import { Migrating } from "./migrating.svelte";
import { RollingBack } from "./rollingBack.svelte";

interface Journey {
  view: JourneysView;
  entry: JourneySummary;
  one: PublishedJourneyView;
  mode: "write" | "roll_back" | "migrate";
  question: never;
}

const words = text.administration.journeys;

export class Journeys extends Collection<Journey> {
  readonly drafting: Drafting;
  readonly rollingBack: RollingBack;
  readonly migrating: Migrating;

  constructor(backend: AdministrationBackend, toasts: Toasts, onFailure: (error: unknown) => void) {
    super(backend, toasts, onFailure);
    this.drafting = new Drafting(backend);
    this.rollingBack = new RollingBack(backend);
    this.migrating = new Migrating(backend);
  }

  protected readAll() {
    return this.backend.journeys();
  }

  protected entriesOf(view: JourneysView) {
    return view.journeys;
  }

  protected readOne(key: string, version: number | null) {
    return this.backend.journey(key, version);
  }

  protected keyOf(one: PublishedJourneyView) {
    return one.key;
  }

  override forget(): void {
    super.forget();
    this.drafting.forget();
  }

  /** Goes on with what was being written of this journey. */
  write(draft: JourneyDraft): void {
    this.drafting.begin(this.key, draft);
    this.mode = "write";
  }

  writeNew(): void {
    this.key = null;
    this.shown = null;
    this.write({ document: "", cases: "" });
  }

  async discard(): Promise<void> {
    this.drafting.discard();
    await this.leave();
  }

  async publish(): Promise<void> {
    await this.#published(await this.drafting.publish());
  }

  async rollBack(version: number): Promise<void> {
    if (this.key === null) return;
    this.mode = "roll_back";
    await this.rollingBack.begin(this.key, version);
  }

  async confirmRollBack(): Promise<void> {
    await this.#published(await this.rollingBack.publish());
  }

  async migrate(from: number): Promise<void> {
    const newest = this.summary?.versions[0]?.version;
    if (this.key === null || newest === undefined) return;
    this.mode = "migrate";
    const other = this.summary?.versions.find((one) => one.version !== from)?.version ?? newest;
    await this.migrating.begin(this.key, from, from === newest ? other : newest);
  }

  async move(): Promise<void> {
    const moved = await this.migrating.move();
    if (!moved?.outcome) return;
    this.toasts.notice(moved.outcome);
    await this.load();
  }

  async #published(published: { key: string | null; version: number | null } | null): Promise<void> {
    if (!published || published.key === null || published.version === null) return;
    const { key, version } = published;
    await this.saved(words.published(key, version), key, version);
  }
}
