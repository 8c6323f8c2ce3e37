import { fireEvent, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { openWindow, press } from "../window";

const named = () => screen.queryAllByTestId("newer-item").map((line) => line.textContent);

describe("items that only a newer version can read", () => {
  it("are not spoken of where there are none", async () => {
    await openWindow();
    await screen.findByTestId("sync-status");
    expect(screen.queryByTestId("newer-count")).toBeNull();
  });

  it("are counted in the status bar, and named from there by the keyboard alone", async () => {
    const { backend } = await openWindow({ newer: 500 });
    const count = await screen.findByRole("button", { name: "500 items need a newer Postern" });
    count.focus();
    await userEvent.keyboard("{Enter}");
    const dialog = await screen.findByRole("dialog", { name: "Items that need a newer Postern" });
    await waitFor(() => expect(named()).toHaveLength(500));
    expect(dialog.textContent).toContain("are kept on this device, and can be opened after an update");
    const { reference, title } = backend.newer[0]!;
    expect(within(dialog).getByText(reference)).toBeTruthy();
    expect(within(dialog).getByText(title).title).toBe(title);
    expect(within(dialog).getByRole("region").tabIndex).toBe(0);

    await press("Escape");
    await waitFor(() => expect(screen.queryByTestId("newer-items")).toBeNull());
    await waitFor(() => expect(document.activeElement).toBe(count));
  });

  it("are named anew when some came or went", async () => {
    const { app, backend } = await openWindow({ newer: 3 });
    app.overlay = "newer_items";
    await waitFor(() => expect(named()).toHaveLength(3));
    backend.newer = [{ reference: "ACME-7", title: "" }];
    backend.changed([], true);
    await waitFor(() => expect(named()).toEqual([expect.stringMatching(/ACME-7\s*Untitled/)]));
    expect(screen.getByTestId("newer-count").textContent).toContain("1 item needs a newer Postern");
    backend.newer = [];
    backend.changed([], true);
    expect(await screen.findByText("There are none any more.")).toBeTruthy();
  });

  it("can be asked for again where that failed", async () => {
    const { app, backend } = await openWindow({ newer: 2 });
    vi.spyOn(backend, "newerItems").mockRejectedValueOnce({
      code: "cache",
      message: "It is locked.",
      request_id: null,
    });
    app.overlay = "newer_items";
    expect((await screen.findByRole("alert")).textContent).toContain("It is locked.");
    await fireEvent.click(screen.getByText("Try again"));
    await waitFor(() => expect(named()).toHaveLength(2));
  });
});
