import { fireEvent, render, screen, waitFor, within } from "@testing-library/svelte";
import { describe, expect, it, vi } from "vitest";
import { FakeBackend } from "$lib/backend/fake";
import App from "../../src/App.svelte";
import { go, NOON, openWindow, press, references, rows } from "../window";

describe("the filter", () => {
  const type = async (value: string) => fireEvent.input(screen.getByTestId("filter"), { target: { value } });

  it("narrows the list once typing rests, and says how many match", async () => {
    const { app } = await openWindow();
    await go("open");
    const all = app.list.total ?? 0;
    await type("kind:invoice");
    await waitFor(() => expect(app.list.total).toBeLessThan(all));
    expect(screen.getByTestId("filter-count").textContent).toContain(String(app.list.total));
  });

  it("says beneath the field what it does not understand", async () => {
    await openWindow();
    await type("stage:lgeal colour:red");
    const problems = await screen.findByTestId("filter-problems");
    expect(problems.textContent).toContain("lgeal");
    expect(problems.textContent).toContain("colour:");
    expect(screen.getByTestId("filter").getAttribute("aria-invalid")).toBe("true");
  });

  it("is reached with a slash and cleared with Escape", async () => {
    const { app } = await openWindow();
    await press("/");
    await waitFor(() => expect(document.activeElement).toBe(screen.getByTestId("filter")));
    await type("kind:ticket");
    await press("Enter");
    await waitFor(() => expect(app.list.filter).toBe("kind:ticket"));
    screen.getByTestId("filter").focus();
    await press("Escape");
    await waitFor(() => expect(app.list.filter).toBe(""));
  });

  it("offers a way out when nothing matches", async () => {
    await openWindow();
    await type('"no such words anywhere"');
    const empty = within(await screen.findByTestId("empty"));
    await fireEvent.click(empty.getByText("Clear the filter"));
    await waitFor(() => expect(rows().length).toBeGreaterThan(0));
  });
});

describe("the outbox", () => {
  it("keeps conflicts counted, and shows what was seen beside what is there", async () => {
    const { backend } = await openWindow({ seeded: true });
    expect((await screen.findByTestId("attention-count")).dataset.count).toBe("3");
    await fireEvent.click(screen.getByTestId("pending-count"));
    const line = (await screen.findAllByTestId("outbox-line")).find((one) => one.dataset.state === "conflict");
    if (!line) throw new Error("no conflict");
    const conflict = within(within(line).getByTestId("conflict"));
    expect(conflict.getByText("What you saw")).toBeTruthy();
    expect(conflict.getByText("With your change")).toBeTruthy();
    const parts = within(conflict.getByRole("row", { name: /^Amount/ })).getAllByRole("cell");
    expect(parts.map((part) => part.textContent)).toEqual(["EUR 12,400.00", "EUR 12,400.00", "EUR 14,150.00"]);

    await fireEvent.click(within(line).getByTestId("outbox-discard"));
    expect(backend.outboxState.attention).toBe(3);
    await fireEvent.click(within(line).getByTestId("outbox-discard-confirm"));
    await waitFor(() => expect(screen.getByTestId("attention-count").dataset.count).toBe("2"));
  });

  it("decides a conflict again on what stands there, and undo brings the conflict back", async () => {
    const { backend } = await openWindow({ seeded: true });
    await fireEvent.click(screen.getByTestId("nav-outbox"));
    const inState = (state: string) =>
      screen.queryAllByTestId("outbox-line").filter((one) => one.dataset.state === state);
    await waitFor(() => expect(inState("conflict")).toHaveLength(1));
    const [line] = inState("conflict") as [HTMLElement];
    const asked = vi.spyOn(backend, "outboxDecideAgain");
    const again = within(line).getByTestId("outbox-decide");
    expect(again.textContent.trim()).toBe("Approve");
    await fireEvent.click(again);
    expect(asked.mock.calls[0]?.[1]).toMatchObject({ content: "51be77d3", round: 2 });
    await waitFor(() => expect(inState("conflict")).toHaveLength(0));
    const [held] = inState("held") as [HTMLElement];
    await fireEvent.click(within(held).getByTestId("outbox-undo"));
    await waitFor(() => expect(inState("conflict")).toHaveLength(1));
  });

  it("tells what became of earlier changes", async () => {
    await openWindow({ seeded: true });
    await fireEvent.click(screen.getByTestId("nav-outbox"));
    const line = (await screen.findAllByTestId("outbox-line")).find((one) => one.dataset.state === "refused");
    await fireEvent.click(within(line as HTMLElement).getByTestId("outbox-discard"));
    await fireEvent.click(within(line as HTMLElement).getByTestId("outbox-discard-confirm"));
    const history = screen.getByTestId<HTMLDetailsElement>("outbox-history");
    history.open = true;
    await fireEvent(history, new Event("toggle"));
    expect((await screen.findByTestId("journal-line")).textContent).toContain("Put away");
  });

  it("sends a line again", async () => {
    const { backend } = await openWindow({ seeded: true });
    await fireEvent.click(screen.getByTestId("nav-outbox"));
    const line = (await screen.findAllByTestId("outbox-line")).find((one) => one.dataset.state === "quarantined");
    await fireEvent.click(within(line as HTMLElement).getByTestId("outbox-retry"));
    await waitFor(() => expect(backend.outboxState.attention).toBe(2));
  });

  it("marks rows by word, not by colour alone", async () => {
    await openWindow({ seeded: true });
    await go("team");
    await waitFor(() => expect(rows().some((row) => row.dataset.pending === "conflict")).toBe(true));
    expect(rows().find((row) => row.dataset.pending === "conflict")?.textContent).toContain("Conflict");
    expect(rows().find((row) => row.dataset.pending === "refused")?.textContent).toContain("Refused");
  });
});

describe("closed items", () => {
  it("are said not to be all here, where only some months are kept", async () => {
    await openWindow();
    await go("closed");
    expect((await screen.findByTestId("queue-elsewhere")).textContent).toContain("only the portal has what is so old");
    await go("open");
    await waitFor(() => expect(screen.queryByTestId("queue-elsewhere")).toBeNull());
  });
});

describe("bottlenecks", () => {
  it("open exactly the items behind a number", async () => {
    const { app } = await openWindow();
    await fireEvent.click(screen.getByTestId("nav-bottleneck"));
    const number = await screen.findByTestId("bottleneck-legal-stuck");
    const count = Number(number.textContent?.replace(",", ""));
    await fireEvent.click(number);
    await waitFor(() => expect(app.list.filter).toBe("stage:legal is:stuck"));
    await waitFor(() => expect(app.list.total).toBe(count));
    expect(app.list.queue).toBe("open");
  });

  it("begin with a sentence, and group as wished", async () => {
    await openWindow();
    await fireEvent.click(screen.getByTestId("nav-bottleneck"));
    expect((await screen.findByTestId("bottleneck-sentence")).textContent).toContain("Legal review");
    await fireEvent.click(within(screen.getByTestId("group-by")).getByLabelText("Cohort"));
    await waitFor(() =>
      expect(screen.getAllByTestId("bottleneck-row").map((row) => row.dataset.key)).toContain("enterprise"),
    );
  });

  it("are for those who lead", async () => {
    await openWindow({ roles: ["internal_approver"] });
    expect(screen.queryByTestId("nav-bottleneck")).toBeNull();
    await press("g");
    await press("d");
    expect(screen.queryByTestId("bottleneck")).toBeNull();
  });
});

describe("signing in", () => {
  const fill = async (field: string, value: string) =>
    fireEvent.input(screen.getByTestId(`sign-in-${field}`), { target: { value } });
  const submit = () => fireEvent.click(screen.getByTestId("sign-in-submit"));

  it("remembers where and who, and asks only for the password", async () => {
    await openWindow({ signedIn: false });
    expect(screen.getByTestId<HTMLInputElement>("sign-in-email").value).toContain("ines");
    expect(document.activeElement).toBe(screen.getByTestId("sign-in-password"));
    await fill("password", "secret");
    await submit();
    expect(await screen.findByTestId("item-list")).toBeTruthy();
  });

  it("says by field what is wrong", async () => {
    await openWindow({ signedIn: false });
    await fill("portal", "not an address");
    await fill("email", "");
    await submit();
    expect(await screen.findByTestId("sign-in-problem-portal")).toBeTruthy();
    expect(screen.getByTestId("sign-in-problem-email")).toBeTruthy();
    await fill("portal", "portal.example.org");
    await fill("email", "ines@example.org");
    await fill("password", "wrong");
    await submit();
    await waitFor(() =>
      expect(screen.getByTestId("sign-in-problem-password").textContent).toContain("do not go together"),
    );
  });

  it("says calmly when the portal cannot be reached", async () => {
    await openWindow({ signedIn: false, connection: "offline" });
    await fill("password", "secret");
    await submit();
    expect((await screen.findByTestId("sign-in-failure")).textContent).toContain("Nothing was sent");
  });
});

describe("signing out", () => {
  it("warns with the count when changes would be lost", async () => {
    const { backend } = await openWindow({ seeded: true });
    await fireEvent.click(screen.getByTestId("nav-settings"));
    await fireEvent.click(await screen.findByTestId("sign-out"));
    expect((await screen.findByTestId("sign-out-dialog")).textContent).toContain(
      `${backend.outboxState.pending} change`,
    );
    expect(backend.outboxState.pending).toBeGreaterThan(0);
    await fireEvent.click(screen.getByTestId("sign-out-discard"));
    expect(await screen.findByTestId("sign-in-submit")).toBeTruthy();
  });
});

describe("the frame", () => {
  it("knows that the first queue is on the screen when nothing waits in it, too", async () => {
    const { app } = await openWindow({ items: 0 });
    await waitFor(() => expect(app.shown).toBe(true));
  });

  it("is drawn without the first queue when that is long in coming, and then with it", async () => {
    const backend = new FakeBackend({ items: 60, now: () => NOON });
    const list = backend.list.bind(backend);
    let answer = () => {};
    const held = new Promise<void>((done) => (answer = done));
    backend.list = async (query) => held.then(() => list(query));
    render(App, { backend, options: { now: () => NOON } });
    expect(await screen.findByTestId("queue-my_turn")).toBeTruthy();
    expect(screen.queryAllByTestId("row")).toHaveLength(0);
    answer();
    expect((await screen.findAllByTestId("row")).length).toBeGreaterThan(0);
  });

  it("says calmly that it is offline, and since when", async () => {
    await openWindow({ connection: "offline" });
    await waitFor(() => expect(screen.getByTestId("sync-status").textContent).toContain("last synced 47 min ago"));
  });

  it("counts the first load", async () => {
    await openWindow({ connection: "bootstrapping" });
    await waitFor(() => expect(screen.getByTestId("sync-status").textContent).toContain("1,240 of 3,200"));
  });

  it("does not say that nothing waits before everything is here", async () => {
    await openWindow({ connection: "bootstrapping", items: 0 });
    await waitFor(() => expect(screen.getByTestId("empty").textContent).toContain("Items are being loaded."));
  });

  it("says when the keys are kept for this session only", async () => {
    await openWindow({ keychain: false });
    expect(screen.getByTestId("session-only")).toBeTruthy();
  });

  it("keeps an empty queue useful", async () => {
    const { app } = await openWindow({ items: 0 });
    const empty = within(screen.getByTestId("empty"));
    expect(empty.getByText("Nothing waits for you.")).toBeTruthy();
    await fireEvent.click(empty.getByText("Open Team queue"));
    await waitFor(() => expect(app.list.queue).toBe("team"));
  });

  it("says in the palette what the engine says about an item that is not here", async () => {
    const { app } = await openWindow();
    app.overlay = "palette";
    const box = await screen.findByRole("combobox");
    await fireEvent.input(box, { target: { value: "ACME-99999" } });
    await fireEvent.keyDown(box, { key: "Enter" });
    expect(await screen.findByText(/ACME-99999 among those that you may see/)).toBeTruthy();
  });

  it("opens an item by its reference from the palette", async () => {
    const { app, backend } = await openWindow();
    const item = [...backend.items.values()].find((one) => one.phase === "completed");
    await press("k", { ctrlKey: true });
    const input = await screen.findByTestId("palette-input");
    await fireEvent.input(input, { target: { value: item?.reference.toLowerCase() } });
    await fireEvent.keyDown(input, { key: "Enter" });
    await waitFor(() => expect(app.reading.item?.row.reference).toBe(item?.reference));
    expect(app.list.queue).toBe("closed");
  });

  it("shows every key in the help sheet", async () => {
    await openWindow();
    await press("?");
    const help = await screen.findByTestId("help");
    expect(help.textContent).toContain("Request changes");
    expect(help.textContent).toContain("Go to Bottlenecks");
  });

  it("switches single keys off for good", async () => {
    const { app, backend } = await openWindow();
    await press(",", { ctrlKey: true });
    await fireEvent.click(await screen.findByTestId("single-keys"));
    await press("Escape");
    await waitFor(() => expect(screen.queryByTestId("settings")).toBeNull());
    const before = references();
    await press("a");
    expect(backend.acts).toHaveLength(0);
    expect(references()).toEqual(before);
    await waitFor(async () => expect(await backend.preferences()).toMatchObject({ singleKeys: false }));
    expect(app.preferences.singleKeys).toBe(false);
  });

  it("turns a failure that nobody caught into a visible one, with the request id", async () => {
    const { app } = await openWindow();
    app.fail({ code: "cache", message: "The disk is full. Nothing was lost.", request_id: "req-1" });
    const toast = await screen.findByTestId("toast");
    expect(toast.textContent).toContain("The disk is full");
    expect(toast.textContent).toContain("req-1");
  });

  it("shows an item that cannot be read as such, and keeps the list usable", async () => {
    const { app } = await openWindow();
    app.reading.show("i-none");
    expect((await screen.findByRole("alert")).textContent).toContain("not in the cache");
    expect(rows().length).toBeGreaterThan(0);
  });
});
