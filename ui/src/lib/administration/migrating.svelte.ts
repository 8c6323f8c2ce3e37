/** Items in flight move to another version, by a plan that is looked at first. */
import type { AdministrationBackend } from "$lib/backend/administration";
import type { MigrationDraft, MigrationView, StageName } from "$lib/generated";
import { Asking } from "./asking.svelte";

export class Migrating {
  key = $state("");
  from = $state(0);
  to = $state(0);
  old = $state.raw<StageName[]>([]);
  next = $state.raw<StageName[]>([]);
  /** Where items of an old stage go; empty: to the stage of the same key. */
  stages = $state<Record<string, string>>({});
  report = $state.raw<MigrationView | null>(null);
  readonly asking = new Asking<"read" | "look" | "move">();

  constructor(private readonly backend: AdministrationBackend) {}

  async begin(key: string, from: number, to: number): Promise<void> {
    this.asking.drop();
    this.key = key;
    this.from = from;
    this.to = to;
    await this.read();
  }

  /** The stages of both versions. */
  async read(): Promise<void> {
    this.report = null;
    this.old = [];
    this.next = [];
    this.stages = {};
    this.asking.drop();
    if (this.from === this.to) return;
    const both = await this.asking.ask("read", () =>
      Promise.all([this.backend.journey(this.key, this.from), this.backend.journey(this.key, this.to)]),
    );
    if (both === null) return;
    this.old = both[0].stages;
    this.next = both[1].stages;
  }

  stays(stage: StageName): boolean {
    return this.next.some((one) => one.key === stage.key);
  }

  map(stage: string, to: string): void {
    if (this.asking.busy === "move") return;
    this.stages[stage] = to;
    this.report = null;
    this.asking.drop();
  }

  async look(): Promise<void> {
    this.report = await this.asking.ask("look", () => this.backend.migrateJourney(this.#plan(), true));
  }

  async move(): Promise<MigrationView | null> {
    const moved = await this.asking.ask("move", () => this.backend.migrateJourney(this.#plan(), false));
    if (moved !== null) this.report = moved;
    return moved;
  }

  #plan(): MigrationDraft {
    const mapped = Object.entries(this.stages).filter(([old, to]) => to !== "" && to !== old);
    return { key: this.key, from: this.from, to: this.to, stages: Object.fromEntries(mapped) };
  }
}
