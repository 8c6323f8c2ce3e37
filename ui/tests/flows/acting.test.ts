import { fireEvent, screen, waitFor, within } from "@testing-library/svelte";
import { describe, expect, it, vi } from "vitest";
import { cursor, go, NOON, openWindow, pane, paneShows, press, references, row, rows, standOnAllowed } from "../window";

const toasts = () => screen.queryAllByTestId("toast").map((toast) => toast.textContent);

describe("deciding one item", () => {
  it("approves with a key, marks the row as pending in words, moves to the next, and can be undone", async () => {
    const opened = await openWindow();
    await go("open");
    const approved = await standOnAllowed(opened, "approve");
    const index = opened.app.list.cursor;
    const next = opened.app.list.row(index + 1)?.id;
    await press("a");

    await waitFor(() => expect(opened.app.list.cursorId).toBe(next));
    await waitFor(() => expect(row(approved)?.textContent ?? "Pending").toContain("Pending"));
    expect(screen.getByTestId("toast").textContent).toContain(`${approved} approved`);
    await waitFor(() => expect(screen.getByTestId("pending-count").dataset.count).toBe("1"));

    await press("z", { ctrlKey: true });
    await waitFor(() => expect(screen.getByTestId("pending-count").dataset.count).toBe("0"));
    await waitFor(() => expect(row(approved)?.textContent ?? "").not.toContain("Pending"));
  });

  it("binds a decision to the content that is on the screen", async () => {
    const opened = await openWindow();
    await standOnAllowed(opened, "approve");
    const shown = opened.app.reading.item;
    await press("a");
    await waitFor(() => expect(opened.backend.acts).toHaveLength(1));
    expect(shown?.seen.step).toBeTruthy();
    expect(opened.backend.acts[0]?.targets[0]?.seen).toEqual(shown?.seen);
  });

  it("claims nothing was seen when the item was not open", async () => {
    const opened = await openWindow();
    await standOnAllowed(opened, "approve");
    await press("Escape");
    await waitFor(() => expect(screen.queryByTestId("item-pane")).toBeNull());
    await press("a");
    await waitFor(() => expect(opened.backend.acts).toHaveLength(1));
    expect(opened.backend.acts[0]?.targets[0]?.seen).toBeNull();
  });

  it("does not decide on an item that slipped under the cursor just then", async () => {
    const opened = await openWindow();
    const { app, backend, time } = opened;
    await go("open");
    await standOnAllowed(opened, "approve");
    const gone = app.list.cursorId ?? "";
    backend.items.delete(gone);
    await app.list.refresh();
    expect(app.list.cursorId).not.toBe(gone);
    await press("a");
    await waitFor(() => expect(toasts().join()).toContain("Another item came under the cursor"));
    expect(backend.acts).toHaveLength(0);

    time.now += 1000;
    await standOnAllowed(opened, "approve");
    await press("a");
    await waitFor(() => expect(backend.acts).toHaveLength(1));
  });

  it("asks for a reason before sending back, and does not send without one", async () => {
    const opened = await openWindow();
    await standOnAllowed(opened, "request_changes");
    await press("c");
    const reason = await screen.findByTestId("reason");
    expect(document.activeElement).toBe(reason);
    await press("Enter", { ctrlKey: true });
    expect(await screen.findByTestId("reason-required")).toBeTruthy();
    expect(opened.backend.acts).toHaveLength(0);

    await fireEvent.input(reason, { target: { value: "The total is wrong." } });
    await press("Enter", { ctrlKey: true });
    await waitFor(() =>
      expect(opened.backend.acts[0]?.request).toEqual({ do: "request_changes", reason: "The total is wrong." }),
    );
    await waitFor(() => expect(screen.queryByTestId("composer")).toBeNull());
  });

  it("leads to what is missing however it was sent, and lets go from anywhere in the form", async () => {
    const opened = await openWindow();
    await standOnAllowed(opened, "request_changes");
    await press("c");
    const reason = await screen.findByTestId("reason");
    const send = screen.getByTestId("submit");
    send.focus();
    await fireEvent.click(send);
    await waitFor(() => expect(document.activeElement).toBe(reason));

    screen.getByTestId("submit").focus();
    await press("Escape");
    await waitFor(() => expect(screen.queryByTestId("composer")).toBeNull());
    expect(screen.queryByTestId("item-pane")).toBeTruthy();
    expect(opened.backend.acts).toHaveLength(0);
  });

  it("shows what is at the portal only, and says why nothing can be done with it", async () => {
    const opened = await openWindow();
    const kept = opened.backend.item.bind(opened.backend);
    const why = "It was closed longer ago than this device keeps items.";
    opened.backend.item = async (id) => {
      const view = await kept(id);
      const actions = view.actions.map((one) => ({ ...one, allowed: false, why_not: why }));
      return { ...view, kept: false, actions };
    };
    await go("open");
    await press("Enter");
    expect((await screen.findByTestId("not-kept")).textContent).toContain("Looked up at the portal");
    await press("a");
    expect(opened.backend.acts).toHaveLength(0);
  });

  it("shows a refused action as such, with the rule, and its key says why", async () => {
    const opened = await openWindow();
    await go("open");
    await standOnAllowed(opened, "approve", false);
    const why = opened.app.reading.item?.actions.find((one) => one.action === "approve")?.why_not ?? "?";
    await press("a");
    await waitFor(() => expect(toasts().join()).toContain(why));
    expect(opened.backend.acts).toHaveLength(0);
    const button = screen.queryByTestId("action-approve");
    if (button) {
      expect(button.getAttribute("aria-disabled")).toBe("true");
      expect(document.getElementById(button.getAttribute("aria-describedby") ?? "")?.textContent).toBe(why);
    }
  });

  it("reassigns to somebody found by any part of the name, accents aside", async () => {
    const opened = await openWindow();
    await go("team");
    await standOnAllowed(opened, "reassign");
    await press("m");
    const search = await screen.findByTestId("person-search");
    await waitFor(() => expect(screen.getAllByTestId("person").length).toBeGreaterThan(5));
    search.focus();
    await fireEvent.input(search, { target: { value: "dvorak" } });
    expect(screen.getAllByTestId("person").map((one) => one.textContent)).toEqual([
      expect.stringContaining("Tomáš Dvořák"),
    ]);
    await press("Enter");
    // Where several people have a seat, it is said whose.
    const seats = screen.queryByTestId("from");
    if (seats) await fireEvent.click(within(seats).getAllByRole("radio")[0]!);
    search.focus();
    await press("Enter", { ctrlKey: true });
    await waitFor(() => expect(opened.backend.acts[0]?.request).toMatchObject({ do: "reassign", to: "p-tomas" }));
  });

  it("writes a note for staff without leaving the item", async () => {
    const opened = await openWindow();
    const here = cursor();
    await press("n");
    const body = await screen.findByTestId("body");
    await fireEvent.input(body, { target: { value: "Called them." } });
    await press("Enter", { ctrlKey: true });
    await waitFor(() => expect(pane().getAllByTestId("comment").at(-1)?.textContent).toContain("Called them."));
    expect(pane().getAllByTestId("comment").at(-1)?.dataset.visibility).toBe("internal");
    expect(opened.app.reading.item?.row.reference).toBe(here);
  });

  it("does not approve while somebody types a note", async () => {
    const opened = await openWindow();
    await standOnAllowed(opened, "approve");
    await press("n");
    await screen.findByTestId("body");
    await press("a");
    await press("e");
    expect(opened.backend.acts).toHaveLength(0);
  });

  it("stops a decision when the item changed underneath, until somebody looked again", async () => {
    const opened = await openWindow();
    await standOnAllowed(opened, "request_changes");
    await press("c");
    const reason = await screen.findByTestId("reason");
    await fireEvent.input(reason, { target: { value: "Please correct page 3." } });
    opened.backend.resubmitUnderneath(opened.app.list.cursorId ?? "");

    const notice = await screen.findByTestId("item-changed");
    expect(notice.textContent).toContain(`round ${opened.app.reading.item?.round}`);
    await press("Enter", { ctrlKey: true });
    expect(opened.backend.acts).toHaveLength(0);

    await fireEvent.click(screen.getByTestId("looked-again"));
    await fireEvent.click(screen.getByTestId("submit"));
    await waitFor(() => expect(opened.backend.acts).toHaveLength(1));
    expect(opened.backend.acts[0]?.targets[0]?.seen?.round).toBe(
      opened.backend.items.get(opened.backend.acts[0]?.targets[0]?.id ?? "")?.round,
    );
  });
});

describe("deciding many items", () => {
  it("first shows what would happen by group, then does it; what fails stays selected", async () => {
    const opened = await openWindow();
    await go("team");
    await waitFor(() => expect(rows().length).toBeGreaterThan(12));
    await standOnAllowed(opened, "approve");
    for (let i = 0; i < 8; i++) await press("ArrowDown", { shiftKey: true });
    await waitFor(() => expect(opened.app.list.selection.size).toBe(9));
    await press("a");

    const sheet = within(await screen.findByTestId("action-sheet"));
    await waitFor(() => expect(sheet.getAllByTestId("outcome").length).toBeGreaterThan(1));
    const predicted = opened.app.acting.predicted ?? [];
    const refused = predicted.filter((one) => !one.accepted).map((one) => one.id);
    expect(refused.length).toBeGreaterThan(0);
    expect(sheet.getByTestId("submit").textContent).toContain(`Approve ${9 - refused.length}`);

    await fireEvent.click(sheet.getByTestId("submit"));
    await fireEvent.click(await sheet.findByTestId("sheet-done"));
    expect([...opened.app.list.selection.ids].sort()).toEqual([...refused].sort());
  });

  it("decides several items on what they were when the form was opened", async () => {
    const opened = await openWindow();
    const { backend, app } = opened;
    await go("team");
    await waitFor(() => expect(rows().length).toBeGreaterThan(12));
    await standOnAllowed(opened, "approve");
    for (let times = 0; times < 3; times++) await press("ArrowDown", { shiftKey: true });
    await waitFor(() => expect(app.list.selection.size).toBe(4));
    const ids = [...app.list.selection.ids];
    await press("a");
    await waitFor(() => expect(app.acting.predicted).not.toBeNull());
    const then = backend.items.get(ids[0] ?? "")?.content;
    for (const id of ids) {
      const item = backend.items.get(id);
      if (item) item.content = "0000";
    }
    await app.acting.submit();
    const given = backend.acts.at(-1)?.targets ?? [];
    expect(given).toHaveLength(ids.length);
    expect(given.find((target) => target.id === ids[0])?.seen?.content).toBe(then);
    expect(given.some((target) => target.seen?.content === "0000" || target.seen === null)).toBe(false);
  });

  it("undoes a bulk action at once", async () => {
    const opened = await openWindow();
    await go("team");
    for (let i = 0; i < 3; i++) await press("ArrowDown", { shiftKey: true });
    await waitFor(() => expect(opened.app.list.selection.size).toBe(4));
    await press("f");
    await fireEvent.input(await screen.findByTestId("reason"), { target: { value: "The client called." } });
    await waitFor(() => expect(opened.app.acting.predicted).not.toBeNull());
    await press("Enter", { ctrlKey: true });
    await waitFor(() => expect(opened.backend.outboxState.pending).toBeGreaterThan(1));
    opened.app.acting.cancel();
    await opened.app.acting.undo();
    expect(opened.backend.outboxState.pending).toBe(0);
  });

  it("says that nothing was done when the selection is no longer shown", async () => {
    const opened = await openWindow();
    await press("x");
    const id = [...opened.app.list.selection.ids][0] ?? "";
    const item = opened.backend.items.get(id);
    if (item) item.phase = "withdrawn";
    await press("a");
    await waitFor(() => expect(toasts().join()).toContain("Nothing was done"));
    expect(opened.backend.acts).toHaveLength(0);
  });

  it("keeps the selection through a sync", async () => {
    const opened = await openWindow();
    await press("x");
    await press("j");
    await press("x");
    const before = [...opened.app.list.selection.ids];
    opened.backend.changed([], true);
    await new Promise((done) => setTimeout(done, 60));
    expect([...opened.app.list.selection.ids]).toEqual(before);
  });
});

describe("moving", () => {
  it("follows the cursor with the reading pane", async () => {
    await openWindow();
    const [, second] = references();
    await press("j");
    expect(cursor()).toBe(second);
    await paneShows(second);
  });

  it("gives every row a name that says what it is, where it stands, and what hurts", async () => {
    const { app } = await openWindow();
    const first = app.list.row(0);
    const name = rows()[0]?.querySelector(".unseen")?.textContent ?? "";
    expect(name).toContain(first?.reference);
    expect(name).toContain(first?.stage_name);
    expect(rows()[0]?.getAttribute("aria-setsize")).toBe(String(app.list.total));
    expect(rows()[0]?.getAttribute("aria-posinset")).toBe("1");
  });

  it("draws only a window of a hundred thousand rows, and goes to the last at once", async () => {
    const { app } = await openWindow({ items: 100_000 });
    await go("open");
    await waitFor(() => expect(app.list.total).toBeGreaterThan(50_000));
    expect(rows().length).toBeLessThan(60);
    await press("End");
    await waitFor(() => expect(app.list.cursorRow).toBeDefined());
    expect(app.list.cursor).toBe((app.list.total ?? 0) - 1);
  }, 40_000);

  it("tells the engine once when the first rows are painted", async () => {
    const { backend } = await openWindow();
    await waitFor(() => expect(backend.paintedMs).not.toBeNull());
    expect(NOON).toBeGreaterThan(0);
  });
});

describe("a network that comes back", () => {
  it("is told to the engine, which tries the portal", async () => {
    const { backend } = await openWindow();
    const told = vi.spyOn(backend, "networkIsBack");
    window.dispatchEvent(new Event("online"));
    expect(told).toHaveBeenCalledOnce();
  });
});
