/** The journeys that were published, the one that is looked at, and what is being done with it. */
import { asFailure } from "$lib/backend/backend";
import type { AdministrationBackend } from "$lib/backend/administration";
import type { Failure, JourneyDraft, JourneysView, PublishedJourneyView } from "$lib/generated";
import { text } from "$lib/text/en";
import type { Toasts } from "$lib/toasts.svelte";
import { Asking } from "./asking.svelte";
import { Drafting } from "./drafting.svelte";
import { Migrating } from "./migrating.svelte";
import { RollingBack } from "./rollingBack.svelte";

export type JourneyMode = "read" | "write" | "roll_back" | "migrate";

const words = text.administration.journeys;

export class Journeys {
  view = $state.raw<JourneysView | null>(null);
  failure = $state.raw<Failure | null>(null);
  key = $state<string | null>(null);
  shown = $state.raw<PublishedJourneyView | null>(null);
  mode = $state<JourneyMode>("read");
  readonly asking = new Asking<"open">();
  readonly drafting: Drafting;
  readonly rollingBack: RollingBack;
  readonly migrating: Migrating;
  #loaded = 0;

  constructor(
    private readonly backend: AdministrationBackend,
    private readonly toasts: Toasts,
    private readonly onFailure: (error: unknown) => void,
  ) {
    this.drafting = new Drafting(backend);
    this.rollingBack = new RollingBack(backend);
    this.migrating = new Migrating(backend);
  }

  readonly summary = $derived(this.view?.journeys.find((one) => one.key === this.key) ?? null);

  forget(): void {
    this.#loaded++;
    this.view = null;
    this.failure = null;
    this.key = null;
    this.shown = null;
    this.mode = "read";
    this.asking.drop();
    this.drafting.forget();
  }

  async load(): Promise<void> {
    const asked = ++this.#loaded;
    try {
      const view = await this.backend.journeys();
      if (asked !== this.#loaded) return;
      this.view = view;
      this.failure = null;
      if (this.key === null && this.mode === "read" && view.journeys[0]) await this.open(view.journeys[0].key);
    } catch (error) {
      if (asked !== this.#loaded) return;
      if (this.view) this.onFailure(error);
      else this.failure = asFailure(error);
    }
  }

  async open(key: string, version: number | null = null): Promise<void> {
    this.asking.drop();
    this.key = key;
    this.mode = "read";
    if (this.shown?.key !== key) this.shown = null;
    const shown = await this.asking.ask("open", () => this.backend.journey(key, version));
    if (shown !== null) this.shown = shown;
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

  async leave(): Promise<void> {
    this.mode = "read";
    const first = this.view?.journeys[0];
    if (this.key === null && first) await this.open(first.key);
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
    this.toasts.notice(words.published(published.key, published.version));
    this.key = published.key;
    await Promise.all([this.load(), this.open(published.key, published.version)]);
  }
}
