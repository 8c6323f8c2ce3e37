/** What portal admins arrange, and which part of it is on the screen. */
import type { AdministrationBackend } from "$lib/backend/administration";
import type { Toasts } from "$lib/toasts.svelte";
import { CalendarsModel } from "./calendars.svelte";
import { Journeys } from "./journeys.svelte";

export type Part = "journeys" | "calendars";

export class Administration {
  part = $state<Part>("journeys");
  readonly journeys: Journeys;
  readonly calendars: CalendarsModel;

  constructor(backend: AdministrationBackend, toasts: Toasts, onFailure: (error: unknown) => void) {
    this.journeys = new Journeys(backend, toasts, onFailure);
    this.calendars = new CalendarsModel(backend, toasts, onFailure);
  }

  async load(): Promise<void> {
    await (this.part === "journeys" ? this.journeys.load() : this.calendars.load());
  }

  async turn(part: Part): Promise<void> {
    this.part = part;
    await this.load();
  }

  forget(): void {
    this.journeys.forget();
    this.calendars.forget();
  }
}
