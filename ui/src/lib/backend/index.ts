import type { Backend } from "./backend";
import { tauriBackend } from "./tauri";

export * from "./backend";

/** The engine when the window runs in the shell; otherwise a sample organisation, loaded only then. */
export async function connect(): Promise<Backend> {
  if ("__TAURI_INTERNALS__" in window) return tauriBackend;
  const { FakeBackend, optionsFromAddress } = await import("./fake");
  return new FakeBackend(optionsFromAddress(window.location.search));
}
