/** What a person prefers here. Kept by the engine as it is; read with care, since an older window may have written it. */
import type { Backend } from "$lib/backend/backend";

export type Theme = "system" | "light" | "dark";
export type Density = "compact" | "regular" | "roomy";

export const THEMES: readonly Theme[] = ["system", "light", "dark"];
export const DENSITIES: readonly Density[] = ["compact", "regular", "roomy"];

const between = (value: unknown, least: number, most: number, otherwise: number) =>
  typeof value === "number" && Number.isFinite(value) ? Math.max(least, Math.min(most, value)) : otherwise;

export class Preferences {
  theme = $state<Theme>("system");
  density = $state<Density>("regular");
  singleKeys = $state(true);
  sideWidth = $state(220);
  listWidth = $state(500);
  sideOpen = $state(true);
  paneOpen = $state(true);

  #saving: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly backend: Backend,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  async load(): Promise<void> {
    const kept = await this.backend.preferences();
    this.theme = THEMES.find((one) => one === kept.theme) ?? "system";
    this.density = DENSITIES.find((one) => one === kept.density) ?? "regular";
    this.singleKeys = kept.singleKeys !== false;
    this.sideOpen = kept.sideOpen !== false;
    this.paneOpen = kept.paneOpen !== false;
    this.sideWidth = between(kept.sideWidth, 180, 340, 220);
    this.listWidth = between(kept.listWidth, 340, 900, 500);
  }

  /** Keeps the preferences, once they have been quiet for a moment. */
  save(): void {
    clearTimeout(this.#saving);
    const { theme, density, singleKeys, sideOpen, paneOpen, sideWidth, listWidth } = this;
    this.#saving = setTimeout(() => {
      this.backend
        .setPreferences({ theme, density, singleKeys, sideOpen, paneOpen, sideWidth, listWidth })
        .catch(this.onFailure);
    }, 300);
  }
}
