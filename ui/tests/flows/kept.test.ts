import { fireEvent, screen, waitFor } from "@testing-library/svelte";
import { describe, expect, it, vi } from "vitest";
import { go, openWindow } from "../window";

async function openSettings(months: number | null = 12) {
  const opened = await openWindow();
  opened.backend.keep.months = months;
  opened.app.overlay = "settings";
  const select = await screen.findByTestId<HTMLSelectElement>("keep-months");
  const choose = (value: string) => fireEvent.change(select, { target: { value } });
  return { ...opened, select, choose };
}

const saysKept = (words: string) => waitFor(() => expect(screen.getByTestId("kept").textContent).toContain(words));

describe("how long closed items are kept", () => {
  it("is chosen in months, or for ever", async () => {
    const { backend, select, choose } = await openSettings();
    const asked = vi.spyOn(backend, "setKeep");
    expect(select.selectedOptions[0]?.text).toBe("The last 12 months");
    expect([...select.options].map((option) => option.text)).toEqual([
      "Those of this month",
      "The last month",
      "The last 3 months",
      "The last 6 months",
      "The last 12 months",
      "The last 24 months",
      "The last 60 months",
      "All of them",
    ]);
    for (const value of ["3", "0", ""]) await choose(value);
    expect(asked.mock.calls).toEqual([[3], [0], [null]]);
    await waitFor(() => expect(select.selectedOptions[0]?.text).toBe("All of them"));
  });

  it("shows among the usual choices what was chosen elsewhere", async () => {
    const { select } = await openSettings(7);
    expect(select.selectedOptions[0]?.text).toBe("The last 7 months");
  });

  it("keeps what was chosen before when the choice fails, and says so", async () => {
    const { backend, choose } = await openSettings();
    vi.spyOn(backend, "setKeep").mockRejectedValueOnce({
      code: "cache",
      message: "The disk is full.",
      request_id: null,
    });
    await choose("3");
    expect((await screen.findByTestId("toast")).textContent).toContain("The disk is full");
    await saysKept("1,480 more");
  });

  it("says what is here once the choice took effect, with the next contact", async () => {
    const { backend, choose } = await openSettings();
    await saysKept("1,480 more");
    await choose("1");
    await saysKept("1,480 more");
    backend.step();
    await saysKept("1,920 more");
  });

  it("says what only the portal has after each contact, also where no item changed", async () => {
    const { backend, time } = await openSettings();
    await saysKept("1,480 more");
    backend.keep.months = 3;
    backend.keep.fit();
    backend.emit({ event: "status", status: { ...(await backend.syncStatus()), last_success: time.now } });
    await saysKept("1,840 more");
  });

  it("can be asked for again where it cannot be read", async () => {
    const { backend, app } = await openWindow();
    vi.spyOn(backend, "kept").mockRejectedValueOnce({ code: "cache", message: "It is locked.", request_id: null });
    app.overlay = "settings";
    expect((await screen.findByRole("alert")).textContent).toContain("It is locked.");
    await fireEvent.click(screen.getByText("Try again"));
    await saysKept("1,480 more");
  });
});

describe("the queue of closed items", () => {
  it("says anew what cannot be found in it, once other months are kept", async () => {
    const { backend } = await openWindow();
    await go("closed");
    const says = (words: string) =>
      waitFor(() => expect(screen.getByTestId("queue-elsewhere").textContent).toContain(words));
    await says("1480 items that were closed before 2025-11");
    await backend.setKeep(1);
    backend.step();
    await says("1920 items that were closed before 2026-10");
    await backend.setKeep(null);
    backend.step();
    await waitFor(() => expect(screen.queryByTestId("queue-elsewhere")).toBeNull());
  });
});
