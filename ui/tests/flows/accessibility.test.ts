import { fireEvent, screen, waitFor } from "@testing-library/svelte";
import axe from "axe-core";
import { describe, expect, it } from "vitest";
import { go, openWindow, press } from "../window";

/** What jsdom can judge: everything but colours and layout. */
async function violations(): Promise<string[]> {
  const { violations } = await axe.run(document.body, {
    rules: { "color-contrast": { enabled: false }, region: { enabled: false } },
  });
  return violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(" ")).join(", ")}`);
}

describe("axe finds nothing", () => {
  it("on a queue with its reading pane", async () => {
    await openWindow({ seeded: true });
    await go("team");
    expect(await violations()).toEqual([]);
  });

  it("on the list alone, with a selection", async () => {
    await openWindow();
    await press("x");
    await press("j");
    await press("x");
    const { app } = { app: screen };
    expect(app.getByTestId("selection-bar")).toBeTruthy();
    expect(await violations()).toEqual([]);
  });

  it("on an empty queue", async () => {
    await openWindow({ items: 0 });
    expect(await violations()).toEqual([]);
  });

  it("on the outbox with a conflict", async () => {
    await openWindow({ seeded: true });
    await fireEvent.click(screen.getByTestId("nav-outbox"));
    await screen.findByTestId("conflict");
    expect(await violations()).toEqual([]);
  });

  it("on the bottleneck page", async () => {
    await openWindow();
    await fireEvent.click(screen.getByTestId("nav-bottleneck"));
    await screen.findByTestId("bottleneck-table");
    expect(await violations()).toEqual([]);
  });

  it("on the form in the reading pane", async () => {
    await openWindow();
    await press("n");
    await screen.findByTestId("composer");
    expect(await violations()).toEqual([]);
  });

  it("on the people picker over several items", async () => {
    await openWindow();
    await press("x");
    await press("m");
    await screen.findByTestId("action-sheet");
    await waitFor(() => expect(screen.getAllByTestId("person").length).toBeGreaterThan(3));
    expect(await violations()).toEqual([]);
  });

  it.each([
    ["palette", "k", true],
    ["help", "?", false],
    ["settings", ",", true],
  ])("on the %s", async (testid, key, ctrlKey) => {
    await openWindow();
    await press(key, { ctrlKey });
    await screen.findByTestId(testid);
    expect(await violations()).toEqual([]);
  });

  it("on the items for a newer version", async () => {
    await openWindow({ newer: 3 });
    await fireEvent.click(await screen.findByTestId("newer-count"));
    await screen.findAllByTestId("newer-item");
    expect(await violations()).toEqual([]);
  });

  it("on signing in, with its complaints", async () => {
    await openWindow({ signedIn: false });
    await fireEvent.click(screen.getByTestId("sign-in-submit"));
    await screen.findByTestId("sign-in-problem-password");
    expect(await violations()).toEqual([]);
  });
});
