import { fireEvent, screen, waitFor, within } from "@testing-library/svelte";
import axe from "axe-core";
import { describe, expect, it } from "vitest";
import { go, openOn, openWindow, paneShows, press, rows, standOnAllowed } from "../window";

const write = (testid: string, value: string) => fireEvent.input(screen.getByTestId(testid), { target: { value } });
const effects = () => screen.getByTestId("edit-effects").textContent ?? "";
const choose = (testid: string, value: string) => fireEvent.change(screen.getByTestId(testid), { target: { value } });

async function violations(): Promise<string[]> {
  const { violations } = await axe.run(document.body, {
    rules: { "color-contrast": { enabled: false }, region: { enabled: false } },
  });
  return violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(" ")).join(", ")}`);
}

describe("editing the content of an item", () => {
  it("happens where it stands, with a key, and marks what outdates approvals", async () => {
    await openOn("covered");
    await press("E", { shiftKey: true });
    const form = within(await screen.findByTestId("edit-form"));
    await waitFor(() => expect(document.activeElement).toBe(form.getByTestId("edit-title")));
    expect(form.getByTestId("mark-title").textContent).toBe("Outdates approvals");
    expect(form.getByTestId("mark-amount").textContent).toBe("Outdates approvals");
    expect(form.getByTestId("mark-language").textContent).toBe("Leaves approvals");
    expect(form.getByTestId("mark-description").textContent).toBe("Leaves approvals");
    await screen.findByTestId("edit-effects");
    expect(effects()).toContain("Nothing is changed yet.");
    expect(await violations()).toEqual([]);
  });

  it("says what it will outdate before it is sent", async () => {
    const { backend } = await openOn("covered");
    await press("E", { shiftKey: true });
    await screen.findByTestId("edit-form");
    await write("edit-title", "Another title");
    await waitFor(() => expect(effects()).toContain("It outdates the approval of"));
    expect(effects()).toContain("The review starts again at Intake check.");
    expect(effects()).toContain("cannot decide on it yourself");
    expect(backend.acts).toHaveLength(0);
  });

  it("says of a cosmetic change that approvals stay", async () => {
    await openOn("covered");
    await press("E", { shiftKey: true });
    await screen.findByTestId("edit-form");
    await write("output-language", "Dutch");
    await waitFor(() => expect(effects()).toContain("Approvals stay as they are"));
  });

  it("sends only what was changed, typed as the form has it, and can be undone", async () => {
    const { backend, app } = await openOn("covered");
    await press("E", { shiftKey: true });
    await screen.findByTestId("edit-form");
    await write("output-amount", "1,250.00");
    await write("output-print_run", "");
    await press("Enter", { ctrlKey: true });
    await waitFor(() =>
      expect(backend.acts[0]?.request).toEqual({ do: "set_fields", fields: { amount: 125_000, print_run: "" } }),
    );
    await waitFor(() => expect(screen.queryByTestId("edit-form")).toBeNull());
    expect(screen.getByTestId("toast").textContent).toContain("edited");
    await waitFor(() => expect(app.reading.item?.fields.find((one) => one.key === "amount")?.value).toBe("125000"));
    expect(screen.getByTestId("item-pane").textContent).toContain("€1,250.00");
  });

  it("names each field that cannot stay so, and sends nothing", async () => {
    const { backend } = await openOn("covered");
    await press("E", { shiftKey: true });
    await screen.findByTestId("edit-form");
    await write("edit-title", " ");
    await write("output-amount", "much");
    await press("Enter", { ctrlKey: true });
    expect(await screen.findByText("Give it a title.")).toBeTruthy();
    expect(screen.getByTestId("output-amount").getAttribute("aria-invalid")).toBe("true");
    await waitFor(() => expect(document.activeElement).toBe(screen.getByTestId("edit-title")));
    expect(backend.acts).toHaveLength(0);
  });

  it("shows what the engine says beside the field that it is about", async () => {
    const { backend } = await openOn("covered");
    await press("E", { shiftKey: true });
    await screen.findByTestId("edit-form");
    backend.act = async () => ({
      batch: "b",
      undo_until: 0,
      results: [
        {
          id: "i-show-covered",
          reference: "",
          accepted: false,
          message: "No.",
          problems: [{ part: { field: "cost_centre" }, sentence: "The field “Cost centre” is closed." }],
          effects: [],
          seen: null,
        },
      ],
    });
    await write("output-cost_centre", "CC-1");
    await press("Enter", { ctrlKey: true });
    expect(await screen.findByText("The field “Cost centre” is closed.")).toBeTruthy();
    expect(screen.getByTestId("output-cost_centre").getAttribute("aria-invalid")).toBe("true");
  });

  it("is left with Escape, and leaves the item as it was", async () => {
    const { backend } = await openOn("covered");
    await press("E", { shiftKey: true });
    await screen.findByTestId("edit-form");
    await write("edit-title", "Half written");
    await press("Escape");
    await waitFor(() => expect(screen.queryByTestId("edit-form")).toBeNull());
    expect(backend.acts).toHaveLength(0);
  });

  it("is for one item at a time", async () => {
    await openWindow();
    await press("x");
    await press("j");
    await press("x");
    await press("E", { shiftKey: true });
    expect((await screen.findByTestId("toast")).textContent).toContain("Edit one item at a time.");
  });
});

describe("a new item for a client", () => {
  it("is keyed in from the keyboard, begins with the client at hand, and is opened", async () => {
    const { backend, app } = await openWindow();
    const client = app.reading.item?.row.client;
    await press("N", { shiftKey: true });
    await screen.findByTestId("new-item");
    await waitFor(() => expect(screen.getByTestId<HTMLSelectElement>("new-client").value).toBe(client));
    await fireEvent.click(within(screen.getByTestId("new-kind")).getByLabelText("Invoice"));
    await write("new-title", "Paper for the annual report");
    await write("output-amount", "1250");
    await write("output-cost_centre", "CC-1200");
    await waitFor(() => expect(screen.getByTestId("new-predicted").textContent).toContain("decides at Intake check"));
    expect(await violations()).toEqual([]);
    await press("Enter", { ctrlKey: true });
    await waitFor(() => expect(backend.acts).toHaveLength(1));
    expect(backend.acts[0]?.targets).toEqual([]);
    expect(backend.acts[0]?.request).toMatchObject({
      do: "submit",
      client,
      kind: "invoice",
      journey: "standard",
      title: "Paper for the annual report",
      fields: { amount: 125_000, cost_centre: "CC-1200" },
    });
    await waitFor(() => expect(screen.queryByTestId("new-item")).toBeNull());
    await waitFor(() => expect(app.reading.item?.row.title).toBe("Paper for the annual report"));
    expect(screen.getByTestId("toast").textContent).toContain("handed over");
  });

  it("says what is missing, part by part, and hands nothing over", async () => {
    const { backend } = await openWindow();
    await fireEvent.click(screen.getByTestId("nav-new-item"));
    await screen.findByTestId("new-item");
    await waitFor(() => expect(screen.getByTestId("new-kind")).toBeTruthy());
    await choose("new-client", "");
    await fireEvent.click(screen.getByTestId("new-submit"));
    expect(await screen.findByText("Choose a client.")).toBeTruthy();
    expect(screen.getByText("Give it a title.")).toBeTruthy();
    expect(backend.acts).toHaveLength(0);
  });

  it("asks which journey where there are several", async () => {
    await openWindow();
    await fireEvent.click(screen.getByTestId("nav-new-item"));
    await screen.findByTestId("new-kind");
    await fireEvent.click(within(screen.getByTestId("new-kind")).getByLabelText("Deliverable"));
    expect(within(screen.getByTestId("new-journey")).getAllByRole("radio")).toHaveLength(2);
    expect(screen.queryByTestId("new-fields")).toBeNull();
    await fireEvent.click(within(screen.getByTestId("new-journey")).getByLabelText("Campaign launch"));
    expect(screen.getByTestId("new-fields")).toBeTruthy();
  });

  it("is not offered to those who may key nothing in", async () => {
    await openWindow({ roles: ["internal_approver"] });
    expect(screen.queryByTestId("nav-new-item")).toBeNull();
  });

  it("says so when there is no client to key in for", async () => {
    const { app } = await openWindow({ items: 0 });
    app.openNewItem();
    expect(await screen.findByText("There is no client that you may key in for.")).toBeTruthy();
  });
});

describe("who has it", () => {
  it("asks whose seat of several is handed on, and begins with my own", async () => {
    const { backend, app } = await openOn("covered");
    for (const review of backend.items.get("i-show-covered")?.reviews ?? []) review.decisions = [];
    await app.readAgain();
    await press("m");
    const step = await screen.findByTestId("which-step");
    expect(within(step).getByLabelText<HTMLInputElement>("Legal check").checked).toBe(true);
    const seats = within(await screen.findByTestId("from"));
    // I sit in Mara's seat: it is hers that I hand on.
    expect(seats.getByLabelText<HTMLInputElement>("Mara Lindqvist (you sit in)").checked).toBe(true);
    const [person] = await screen.findAllByTestId("person");
    await fireEvent.click(person!);
    await press("Enter", { ctrlKey: true });
    await waitFor(() => expect(backend.acts[0]?.request).toMatchObject({ do: "reassign", from: "p-mara" }));
  });

  it("asks for no seat where only one is left", async () => {
    await openOn("uncovered");
    await press("m");
    await fireEvent.click(within(await screen.findByTestId("which-step")).getByLabelText("Legal check"));
    expect(screen.queryByTestId("from")).toBeNull();
  });

  it("brings an escalation to the lead who is named, and to nobody in particular without", async () => {
    const opened = await openWindow();
    await go("open");
    await standOnAllowed(opened, "claim", false);
    const free = await backendItemWithoutEscalation(opened);
    await opened.app.openItem(free.id);
    await paneShows(free.reference);
    await press("f");
    const reason = await screen.findByTestId("reason");
    await waitFor(() => expect(document.activeElement).toBe(reason));
    await fireEvent.input(reason, { target: { value: "It waits." } });
    expect(screen.queryAllByTestId("person")).toHaveLength(0);
    screen.getByTestId("person-search").focus();
    const people = await screen.findAllByTestId("person");
    expect(people).toHaveLength(3);
    await fireEvent.click(people[1]!);
    await press("Enter", { ctrlKey: true });
    await waitFor(() =>
      expect(opened.backend.acts[0]?.request).toEqual({ do: "escalate", reason: "It waits.", to: "p-tomas" }),
    );
  });
});

async function backendItemWithoutEscalation({ backend }: Awaited<ReturnType<typeof openWindow>>) {
  const found = [...backend.items.values()].find((item) => item.phase === "in_review" && item.escalation === null);
  if (!found) throw new Error("everything is escalated");
  return found;
}

describe("what is stuck", () => {
  it("is defined where it is listed, and each row says why it is", async () => {
    await openWindow({ items: 400, showcase: true });
    await go("stuck");
    const definition = await screen.findByTestId("queue-definition");
    expect(definition.textContent).toContain("past its due time");
    expect(definition.textContent).toContain("nobody can decide");
    const why = new Set(rows().map((row) => within(row).getByTestId("stuck").textContent?.trim()));
    for (const reason of why) expect(["Past due", "Slower than usual", "Nobody can decide"]).toContain(reason);
    await go("open");
    expect(screen.queryByTestId("queue-definition")).toBeNull();
  });
});

describe("the whole way", () => {
  it("says until when it is to be passed, and why then", async () => {
    await openOn("covered");
    const whole = within(await screen.findByTestId("whole"));
    await fireEvent.click(whole.getByTestId("why-whole"));
    expect(whole.getByTestId("ledger").getAttribute("aria-label")).toBe("Why The whole way is due then");
  });
});
