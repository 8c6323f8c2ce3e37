import { fireEvent, screen, waitFor, within } from "@testing-library/svelte";
import { describe, expect, it, vi } from "vitest";
import type { OutboxState } from "$lib/generated";
import { openWindow } from "../window";

async function openOutbox(options: Parameters<typeof openWindow>[0] = {}) {
  const opened = await openWindow({ seeded: true, ...options });
  opened.app.openPage("outbox");
  await screen.findAllByTestId("outbox-line");
  return opened;
}

const lines = (state: OutboxState) =>
  screen.getAllByTestId("outbox-line").filter((line) => line.dataset.state === state);

async function discard(state: OutboxState): Promise<void> {
  const [line] = lines(state) as [HTMLElement];
  await fireEvent.click(within(line).getByTestId("outbox-discard"));
  await fireEvent.click(within(line).getByTestId("outbox-discard-confirm"));
}

async function openHistory(): Promise<HTMLElement> {
  const history = screen.getByTestId<HTMLDetailsElement>("outbox-history");
  history.open = true;
  await fireEvent(history, new Event("toggle"));
  return history;
}

describe("a change that is retried", () => {
  it.each<[OutboxState, "online" | "offline"]>([
    ["waiting", "offline"],
    ["stale", "online"],
    ["quarantined", "online"],
  ])("that is %s is only said to go with the next contact", async (state, connection) => {
    const { backend } = await openOutbox({ connection });
    if (state === "stale") {
      backend.outboxState.commands.at(-1)!.state = "stale";
      backend.changed([], true);
      await waitFor(() => expect(lines("stale")).toHaveLength(1));
    }
    const [line] = lines(state) as [HTMLElement];
    const retry = within(line).getByTestId("outbox-retry");
    expect(retry.dataset.tip).toBe("It goes with the next contact, as you saw it");
    await fireEvent.click(retry);
    expect((await screen.findByTestId("toast")).textContent).toContain("It goes with the next contact.");
  });
});

describe("what became of earlier changes", () => {
  const NOTHING = "Nothing left the outbox in the last thirty days.";

  it("is not said to be nothing where it cannot be read, and can be asked for again", async () => {
    const { backend } = await openOutbox();
    vi.spyOn(backend, "journal").mockRejectedValueOnce({
      code: "cache",
      message: "It is locked.",
      request_id: "req-9",
    });
    const history = within(await openHistory());
    const alert = await history.findByRole("alert");
    expect(alert.textContent).toContain("It is locked.");
    expect(alert.textContent).toContain("req-9");
    expect(history.queryByText(NOTHING)).toBeNull();
    await fireEvent.click(history.getByText("Try again"));
    expect(await history.findByText(NOTHING)).toBeTruthy();
    expect(history.queryByRole("alert")).toBeNull();
  });

  it("stays on the screen when reading it anew fails", async () => {
    const { backend } = await openOutbox();
    await openHistory();
    await discard("refused");
    await screen.findByTestId("journal-line");
    vi.spyOn(backend, "journal").mockRejectedValueOnce({ code: "cache", message: "It is locked.", request_id: null });
    backend.changed([], true);
    expect(await screen.findByText("It is locked.")).toBeTruthy();
    expect(screen.getByTestId("journal-line")).toBeTruthy();
  });

  it("goes with what is discarded and what the portal answers, while it is open", async () => {
    const { backend } = await openOutbox();
    const history = within(await openHistory());
    await history.findByText(NOTHING);
    await discard("refused");
    const ends = () => history.getAllByTestId("journal-line").map((line) => line.dataset.end);
    await waitFor(() => expect(ends()).toEqual(["put_away"]));
    backend.step();
    backend.step();
    await waitFor(() => expect(ends()).toEqual(["done", "done", "put_away"]));
  });

  it("is not asked for while it is closed", async () => {
    const { app, backend } = await openOutbox();
    const asked = vi.spyOn(backend, "journal");
    await app.readAgain();
    expect(asked).not.toHaveBeenCalled();
  });

  it("is told with the reason that was given, however long, and not cut", async () => {
    const { backend } = await openOutbox();
    const reason = `Waits_for_${"the_second_quarter_".repeat(40)} and the board`;
    const escalation = backend.outboxState.commands.find((one) => one.request.do === "escalate");
    escalation!.request = { do: "escalate", reason };
    await discard("quarantined");
    const history = within(await openHistory());
    const told = await history.findByText(reason);
    expect(told.closest(".cut")).toBeNull();
  });
});
