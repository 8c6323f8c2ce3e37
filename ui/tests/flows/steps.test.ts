import { fireEvent, screen, waitFor, within } from "@testing-library/svelte";
import axe from "axe-core";
import { describe, expect, it } from "vitest";
import type { Request } from "$lib/generated";
import { idOf, SHOWN } from "$lib/backend/fake/showcase";
import { openOn, pane, paneShows, press } from "../window";

const step = (key: string) =>
  within(
    pane()
      .getAllByTestId("step")
      .find((one) => one.dataset.step === key) ?? document.body,
  );
const tips = (key: string) =>
  step(key)
    .getAllByTestId("on-behalf-of")
    .map((one) => one.dataset.tip);
const write = async (testid: string, value: string) => {
  const field = await screen.findByTestId(testid);
  await fireEvent.input(field, { target: { value } });
  return field;
};
const choose = async (testid: string, label: string) =>
  fireEvent.click(within(await screen.findByTestId(testid)).getByLabelText(label));
const submit = () => press("Enter", { ctrlKey: true });
const inMenu = async (action: string) => {
  const { openMore } = opened.app;
  openMore();
  await fireEvent.click(await screen.findByTestId(`action-${action}`));
};
const asked = (): Request | undefined => opened.backend.acts.at(-1)?.request;

let opened: Awaited<ReturnType<typeof openOn>>;

describe("steps side by side", () => {
  it("stand under the stage's name, each with its own state, quorum and due time", async () => {
    opened = await openOn("covered");
    const stage = pane().getByTestId("stage");
    expect(stage.getAttribute("aria-label")).toBe("Checks before release, 3 steps side by side, 1 done");
    const inside = within(stage).getAllByTestId("step");
    expect(inside.map((one) => [one.dataset.step, one.dataset.state])).toEqual([
      ["legal_check", "current"],
      ["brand_check", "done"],
      ["finance_check", "current"],
    ]);
    expect(inside[0]?.textContent).toContain("1 of 2 approvals");
    expect(inside[0]?.textContent).toMatch(/due in|overdue/);
    expect(inside[2]?.textContent).toContain("0 of 1 approval");
    expect(pane().getAllByTestId("step")).toHaveLength(6);
  });

  it("say who is away and who decides instead", async () => {
    opened = await openOn("covered");
    const away = step("legal_check").getAllByTestId("away");
    expect(away[0]?.textContent).toMatch(/^\s*Mara Lindqvist is away until .* Ines Aldana decides instead\.$/);
    expect(step("finance_check").queryByTestId("away")).toBeNull();
  });

  it("say in whose place somebody decided, with the whole chain to look up", async () => {
    opened = await openOn("covered");
    const decision = step("legal_check").getByTestId("decision");
    expect(decision.textContent).toMatch(/Sam Okafor\s+for Tomáš Dvořák, through Leo Fontaine\s+approved/);
    expect(tips("legal_check")).toEqual(["Tomáš Dvořák → Leo Fontaine → Sam Okafor"]);
  });

  it("let a deputy approve for the absent reviewer; only that step is closed", async () => {
    opened = await openOn("covered");
    const seen = opened.app.reading.item?.seen;
    expect(seen?.step).toBe("legal_check");
    await press("a");
    await waitFor(() => expect(opened.backend.acts).toHaveLength(1));
    expect(opened.backend.acts[0]?.targets).toEqual([{ id: idOf("covered"), seen }]);
    await opened.app.openItem(idOf("covered"));
    await waitFor(() => expect(step("legal_check").getAllByTestId("decision")).toHaveLength(2));
    expect(tips("legal_check")).toContain("Mara Lindqvist → Priya Raghunathan → Ines Aldana");
    expect(opened.app.reading.item?.steps.find((one) => one.step === "finance_check")?.state).toBe("current");
  });

  it("say when a step closed underneath, and decide nothing until somebody looked again", async () => {
    opened = await openOn("covered");
    await opened.app.openQueue("team");
    await opened.app.openItem(idOf("covered"));
    await paneShows("LUMI-11");
    const item = opened.backend.items.get(idOf("covered"));
    const [legal, finance] = item?.reviews ?? [];
    if (!item || !legal || !finance) throw new Error("no open steps");
    item.reviews = [finance];
    opened.backend.changed([item.id]);
    expect((await screen.findByTestId("item-changed")).textContent).toContain("Moved on to Finance check just now.");
    await press("a");
    expect(opened.backend.acts).toHaveLength(0);
    await fireEvent.click(screen.getByTestId("looked-again"));
    expect(screen.queryByTestId("item-changed")).toBeNull();
  });

  it("offer a free seat at the step that has it, and take it", async () => {
    opened = await openOn("uncovered");
    expect(step("legal_check").getByTestId("away").textContent).toContain("so nobody decides");
    expect(step("legal_check").getByTestId("free-seat").textContent).toContain("A seat is free.");
    expect(step("finance_check").queryByTestId("free-seat")).toBeNull();
    await fireEvent.click(step("legal_check").getByTestId("claim-here"));
    await waitFor(() => expect(asked()).toEqual({ do: "claim", step: "legal_check" }));
    await waitFor(() => expect(step("legal_check").queryByTestId("free-seat")).toBeNull());
  });

  it("keep deciding first for whoever's turn it is, although a seat is free elsewhere", async () => {
    opened = await openOn("long");
    const first = within(pane().getAllByRole("toolbar")[0] ?? document.body).getAllByRole("button")[0];
    expect(first?.dataset.testid).toBe("action-approve");
    expect(step("works_council").getByTestId("claim-here")).toBeTruthy();
  });
});

describe("a reckoning of the due time", () => {
  it("is opened by keyboard beside it, and says each stretch of time", async () => {
    opened = await openOn("covered");
    const why = step("finance_check").getByTestId("why-then");
    expect(why.tagName).toBe("BUTTON");
    expect(why.getAttribute("aria-expanded")).toBe("false");
    why.focus();
    await fireEvent.click(why);
    expect(why.getAttribute("aria-expanded")).toBe("true");
    const ledger = step("finance_check").getByTestId("ledger");
    expect(why.getAttribute("aria-controls")).toBe(ledger.id);
    const lines = within(ledger).getAllByRole("row");
    expect(lines).toHaveLength(
      opened.app.reading.item?.steps.find((one) => one.step === "finance_check")?.ledger?.lines.length ?? 0,
    );
    expect(ledger.textContent).toContain("paused: waiting for the client");
    expect(ledger.textContent).toContain("holiday: Company day");
    expect(lines.at(-1)?.textContent).toMatch(/\d\d:\d\d CET\s*due/);
    await fireEvent.click(why);
    expect(step("finance_check").queryByTestId("ledger")).toBeNull();
  });

  it("is shut again on the next item", async () => {
    opened = await openOn("covered");
    await fireEvent.click(step("finance_check").getByTestId("why-then"));
    await opened.app.openItem(idOf("uncovered"));
    await paneShows("PEAK-16");
    expect(screen.queryByTestId("ledger")).toBeNull();
  });
});

describe("an override", () => {
  it("stands in the step with a badge, its reason and who did it", async () => {
    opened = await openOn("overridden");
    const last = step("legal_check").getAllByTestId("decision").at(-1);
    expect(last?.textContent).toMatch(/Sam Okafor\s+Override\s+closed it in the deciders’ place/);
    expect(last?.textContent).toContain("The slot at the printer closes at four");
    expect(step("legal_check").getAllByTestId("override-badge")).toHaveLength(1);
    expect(step("legal_check").getAllByTestId("decision")[0]?.textContent).toContain("on earlier content");
  });

  it("is in the menu, never a button, says what it does, and needs a reason", async () => {
    opened = await openOn("covered");
    expect(screen.queryByTestId("action-override")).toBeNull();
    await inMenu("override");
    expect((await screen.findByTestId("override-says")).textContent?.replace(/\s+/g, " ").trim()).toBe(
      "Closes “Legal check” in the deciders’ place. Kept in the audit trail.",
    );
    const submitting = screen.getByTestId("submit");
    expect(submitting.classList.contains("primary")).toBe(false);
    screen.getByTestId("reason").focus();
    await submit();
    expect(await screen.findByTestId("reason-required")).toBeTruthy();
    expect(opened.backend.acts).toHaveLength(0);

    await write("reason", "The printer closes at four.");
    await submit();
    await waitFor(() =>
      expect(asked()).toEqual({ do: "override", reason: "The printer closes at four.", step: "legal_check" }),
    );
    expect(opened.backend.acts[0]?.targets[0]?.seen?.step).toBe("legal_check");
  });

  it("is found in the palette by its name, without a key of its own", async () => {
    opened = await openOn("covered");
    await press("k", { ctrlKey: true });
    const input = await screen.findByTestId("palette-input");
    await fireEvent.input(input, { target: { value: "override" } });
    expect(screen.getAllByTestId("palette-entry")[0]?.textContent?.trim()).toBe("Override the step");
    await fireEvent.keyDown(input, { key: "Enter" });
    expect(await screen.findByTestId("override-says")).toBeTruthy();
    await press("Escape");
    await press("?");
    expect((await screen.findByTestId("help")).textContent).not.toContain("Override the step");
  });
});

describe("approving what asks for values", () => {
  it("opens a form that holds what stands there, and sends values as the engine takes them", async () => {
    opened = await openOn("outputs");
    expect(screen.getByTestId("action-approve").getAttribute("aria-disabled")).toBeNull();
    await press("a");
    await screen.findByTestId("outputs");
    expect(document.activeElement).toBe(screen.getByTestId("output-po_number"));
    expect(screen.getByTestId<HTMLInputElement>("output-budget").value).toBe("12400.00");
    expect(opened.backend.acts).toHaveLength(0);

    await write("output-po_number", "4500012377");
    await write("output-budget", "12,650.5");
    expect(screen.getByTestId("outputs").textContent).toContain("€12,650.50");
    await choose("output-cost_centre", "Sales");
    await write("reason", "As agreed with the client.");
    await submit();
    await waitFor(() =>
      expect(asked()).toEqual({
        do: "approve",
        comment: "As agreed with the client.",
        outputs: { po_number: "4500012377", budget: 1_265_050, cost_centre: "Sales" },
      }),
    );
    await waitFor(() => expect(screen.queryByTestId("composer")).toBeNull());
  });

  it("says by field what is missing or cannot be, goes to the first, and sends nothing", async () => {
    opened = await openOn("every-output");
    await press("a");
    await screen.findByTestId("outputs");
    await write("output-payment_days", "120");
    await write("output-invoices_to", "nobody");
    await submit();
    const form = screen.getByTestId("outputs");
    await waitFor(() => expect(form.textContent).toContain("At most 90."));
    expect(form.textContent).toContain("Write an e-mail address.");
    expect(form.textContent).toContain("Choose yes or no.");
    expect(form.textContent).toContain("Choose one.");
    await waitFor(() => expect(document.activeElement).toBe(screen.getByTestId("output-fee")));
    expect(opened.backend.acts).toHaveLength(0);
  });

  it("has an input for each kind of value", async () => {
    opened = await openOn("every-output");
    await press("a");
    await screen.findByTestId("outputs");
    await write("output-fee", "1’250.50");
    await write("output-starts_on", "2027-01-01");
    await choose("output-renews", "No");
    await fireEvent.change(screen.getByTestId("output-law"), { target: { value: "Swiss" } });
    await write("output-invoices_to", "ap@vantage.example");
    await write("output-signed_copy", "https://archive.example/7");
    await write("output-conditions", "Two months’ notice.");
    await submit();
    await waitFor(() =>
      expect(asked()).toMatchObject({
        outputs: {
          fee: 125_050,
          payment_days: 30,
          starts_on: "2027-01-01",
          renews: false,
          law: "Swiss",
          invoices_to: "ap@vantage.example",
          signed_copy: "https://archive.example/7",
          conditions: "Two months’ notice.",
        },
      }),
    );
  });

  it("keeps what was typed when the engine refuses it, and says why", async () => {
    opened = await openOn("outputs");
    await press("a");
    await write("output-po_number", "4500012377");
    await choose("output-cost_centre", "Sales");
    const item = opened.backend.items.get(idOf("outputs"));
    item?.contributors.push("p-ines");
    screen.getByTestId("output-po_number").focus();
    await submit();
    expect((await screen.findByTestId("refusal")).textContent).toContain("somebody else must approve it");
    expect(screen.getByTestId<HTMLInputElement>("output-po_number").value).toBe("4500012377");
    await write("output-po_number", "4500012378");
    expect(screen.queryByTestId("refusal")).toBeNull();
  });

  it("stays refused for whoever may not decide, whatever they would fill in", async () => {
    opened = await openOn("outputs");
    opened.backend.items.get(idOf("outputs"))?.contributors.push("p-ines");
    await opened.app.readAgain();
    await waitFor(() => expect(screen.getByTestId("action-approve").getAttribute("aria-disabled")).toBe("true"));
    await press("a");
    await waitFor(() => expect(screen.getByTestId("toast").textContent).toContain("somebody else must approve it"));
    expect(screen.queryByTestId("outputs")).toBeNull();
  });

  it("asks why where the step wants to know, and takes no silence", async () => {
    opened = await openOn("reason");
    expect(screen.getByTestId("action-approve").getAttribute("aria-disabled")).toBeNull();
    await press("a");
    await screen.findByTestId("reason");
    await submit();
    expect(await screen.findByTestId("reason-required")).toBeTruthy();
    await write("reason", "The risk is insured.");
    await submit();
    await waitFor(() => expect(asked()).toEqual({ do: "approve", comment: "The risk is insured." }));
  });

  it("is refused item by item in a bulk approval, and the list says so", async () => {
    opened = await openOn("outputs");
    const { app } = opened;
    await app.openQueue("my_turn");
    const ids = [idOf("outputs"), idOf("overridden")];
    for (const id of ids) {
      await app.list.goTo(id);
      app.list.toggle(app.list.cursor);
    }
    expect(app.list.selection.size).toBe(2);
    await press("a");
    const sheet = within(await screen.findByTestId("action-sheet"));
    const refused = async () =>
      (await sheet.findAllByTestId("outcome")).find((one) => one.dataset.accepted === "false")?.textContent ?? "";
    expect(await refused()).toContain("The field “po_number” must be filled in.");
    expect(sheet.queryByTestId("outputs")).toBeNull();
    await fireEvent.click(sheet.getByTestId("submit"));
    await sheet.findByTestId("sheet-done");
    expect(await refused()).toContain("The field “po_number” must be filled in.");
    expect(await refused()).toContain("MOND-13");
    expect([...app.list.selection.ids]).toEqual([idOf("outputs")]);
  });

  it("shows the form over the list when one item is selected, and predicts once it is filled in", async () => {
    opened = await openOn("outputs");
    await press("x");
    await press("a");
    const sheet = within(await screen.findByTestId("action-sheet"));
    expect(sheet.getByText("Complete the form to see what will happen.")).toBeTruthy();
    await fireEvent.input(sheet.getByTestId("output-po_number"), { target: { value: "4500012377" } });
    await choose("output-cost_centre", "Product");
    expect((await sheet.findByTestId("outcome")).textContent).toContain("Goes on to Final sign-off.");
  });
});

describe("reassigning", () => {
  it("asks for the step where several are open", async () => {
    opened = await openOn("uncovered");
    await press("m");
    const which = within(await screen.findByTestId("which-step"));
    expect(which.getAllByRole("radio").map((one) => one.closest("label")?.textContent?.trim())).toEqual([
      "Legal check",
      "Brand check",
      "Finance check",
    ]);
    await waitFor(() => expect(screen.getAllByTestId("person").length).toBeGreaterThan(3));
    await write("person-search", "okafor");
    screen.getByTestId("person-search").focus();
    await press("Enter");
    await submit();
    expect(screen.getByTestId("which-step").textContent).toContain("Several steps are open. Choose one.");
    expect(opened.backend.acts).toHaveLength(0);
    await choose("which-step", "Legal check");
    await submit();
    await waitFor(() => expect(asked()).toEqual({ do: "reassign", to: "p-sam", reason: null, step: "legal_check" }));
  });

  it("begins with the step where it is my turn", async () => {
    opened = await openOn("covered");
    await press("m");
    const which = within(await screen.findByTestId("which-step"));
    expect(which.getByLabelText<HTMLInputElement>("Legal check").checked).toBe(true);
  });

  it("asks for no step where one is open", async () => {
    opened = await openOn("outputs");
    await press("m");
    await screen.findByTestId("person-search");
    expect(screen.queryByTestId("which-step")).toBeNull();
  });
});

describe("exceptions", () => {
  it("are called by one of the journey's names, where it has some", async () => {
    opened = await openOn("outputs");
    await inMenu("raise_exception");
    await screen.findByTestId("categories");
    expect(screen.queryByTestId("category")).toBeNull();
    await write("reason", "The plates are broken.");
    screen.getByTestId("reason").focus();
    await submit();
    expect(screen.getByTestId("categories").textContent).toContain("Choose the kind of exception.");
    await choose("categories", "Supplier failed");
    await submit();
    await waitFor(() =>
      expect(asked()).toEqual({
        do: "raise_exception",
        category: "Supplier failed",
        reason: "The plates are broken.",
      }),
    );
  });

  it("are called by any word, where it has none", async () => {
    opened = await openOn("reason");
    await inMenu("raise_exception");
    expect(await screen.findByTestId("category")).toBeTruthy();
    expect(screen.queryByTestId("categories")).toBeNull();
  });

  it("are resolved to a stage of the journey", async () => {
    opened = await openOn("exception");
    await fireEvent.click(screen.getByTestId("action-resolve_exception"));
    await write("reason", "Another printer takes over.");
    expect(screen.queryByTestId("stages")).toBeNull();
    await choose("exits", "To another stage");
    screen.getByTestId("reason").focus();
    await submit();
    expect(screen.getByTestId("stages").textContent).toContain("Choose a stage.");
    await choose("stages", "Order");
    await submit();
    await waitFor(() =>
      expect(asked()).toEqual({
        do: "resolve_exception",
        to: { stage: "order" },
        reason: "Another printer takes over.",
      }),
    );
    await waitFor(() => expect(opened.app.reading.item?.row.stage).toBe("order"));
  });

  it("are resolved back to where the item was, unless somebody says otherwise", async () => {
    opened = await openOn("exception");
    await fireEvent.click(screen.getByTestId("action-resolve_exception"));
    await write("reason", "The printer is back.");
    await fireEvent.click(screen.getByTestId("submit"));
    await waitFor(() =>
      expect(asked()).toEqual({ do: "resolve_exception", to: "back", reason: "The printer is back." }),
    );
  });
});

describe("a form in the reading pane", () => {
  it("keeps single keys to itself, on its choices and buttons too", async () => {
    opened = await openOn("uncovered");
    await press("m");
    const which = within(await screen.findByTestId("which-step"));
    which.getByLabelText("Legal check").focus();
    await press("j");
    await press("a");
    expect(screen.getByTestId("which-step")).toBeTruthy();
    expect(opened.app.acting.composing?.action).toBe("reassign");
    await paneShows("PEAK-16");
  });
});

describe("axe finds nothing", () => {
  it.each(SHOWN)("on the item that shows “%s”", async (shown) => {
    opened = await openOn(shown);
    for (const why of screen.queryAllByTestId("why-then")) await fireEvent.click(why);
    if (shown === "exception") {
      await fireEvent.click(screen.getByTestId("action-resolve_exception"));
      await choose("exits", "To another stage");
    } else await press("a");
    await new Promise((done) => setTimeout(done, 50));
    await submit();
    const { violations } = await axe.run(screen.getByTestId("item-pane"), {
      rules: { "color-contrast": { enabled: false }, region: { enabled: false } },
    });
    expect(violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(" ")).join(", ")}`)).toEqual(
      [],
    );
  });
});
