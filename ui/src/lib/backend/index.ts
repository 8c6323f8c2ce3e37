import type { Backend } from "./backend";
import { tauriBackend } from "./tauri";

export * from "./backend";

/**
 * The engine when the window runs in the shell. In a plain browser a sample organisation while the front end is being
 * worked on, and nobody (null) where it was built: the sample is not part of what is built.
 */
export async function connect(): Promise<Backend | null> {
  if ("__TAURI_INTERNALS__" in window) return tauriBackend;
  if (import.meta.env.DEV) {
    const { FakeBackend, optionsFromAddress } = await import("./fake");
    return new FakeBackend(optionsFromAddress(window.location.search));
  }
  return null;
}
