import { screen } from "@testing-library/svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { connect } from "$lib/backend";
import { FakeBackend } from "$lib/backend/fake";
import { tauriBackend } from "$lib/backend/tauri";

beforeEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

describe("what is behind the window", () => {
  it("is the engine in the shell, also where it was built", async () => {
    vi.stubGlobal("__TAURI_INTERNALS__", {});
    expect(await connect()).toBe(tauriBackend);
    vi.stubEnv("DEV", false);
    expect(await connect()).toBe(tauriBackend);
  });

  it("is the sample organisation in a browser, only while developing", async () => {
    expect(await connect()).toBeInstanceOf(FakeBackend);
    vi.stubEnv("DEV", false);
    expect(await connect()).toBeNull();
  });
});

describe("what was built, in a plain browser", () => {
  it("says that it needs the window, and how to open it", async () => {
    vi.stubEnv("DEV", false);
    document.body.innerHTML = '<div id="app"></div>';
    await import("../../src/main");
    expect((await screen.findByTestId("no-window")).textContent?.trim()).toBe(
      "This is the inside of the Postern console and works only in its window: cargo xtask run opens it.",
    );
  });
});
