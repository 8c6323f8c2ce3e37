import { fireEvent, screen, waitFor, within } from "@testing-library/svelte";
import axe from "axe-core";
import { describe, expect, it } from "vitest";
import type { FakeOptions } from "$lib/backend/fake";
import { failure } from "$lib/backend/fake/fake";
import { openWindow, press } from "../window";

async function openAway(options: FakeOptions = {}) {
  const opened = await openWindow({ items: 200, ...options });
  await fireEvent.click(screen.getByTestId("nav-away"));
  await screen.findByTestId("away");
  if (options.absences === false) await screen.findByText("Nobody is away.");
  else await screen.findAllByTestId("absence");
  return opened;
}

const write = (testid: string, value: string, at = 0) =>
  fireEvent.input(screen.getAllByTestId(testid)[at]!, { target: { value } });

async function times(from = "2027-02-01T09:00", until = "2027-02-08T09:00"): Promise<void> {
  await write("away-from", from);
  await write("away-until", until);
}

/** Adds a deputy and finds the person by typing. */
async function deputy(typed: string): Promise<void> {
  await fireEvent.click(screen.getByTestId("deputy-add"));
  await choose("deputy-person", typed, screen.getAllByTestId("deputy").length - 1);
}

async function choose(testid: string, typed: string, at = 0): Promise<void> {
  const field = screen.getAllByTestId(testid)[at]!;
  field.focus();
  await write(testid, typed, at);
  await screen.findAllByTestId("away-person");
  await press("Enter");
}

const notices = () => screen.queryAllByTestId("away-notice").map((one) => one.textContent?.trim() ?? "");
const save = () => fireEvent.click(screen.getByTestId("away-save"));
const toast = async () => (await screen.findByTestId("toast")).textContent ?? "";
const isChecked = (words: string) =>
  waitFor(() => expect(screen.getByTestId("away-state").textContent).toContain(words));
const people = () => screen.getAllByTestId<HTMLInputElement>("deputy-person").map((one) => one.value);

describe("the page Out of office", () => {
  it("is reached with G then V, and is found in the palette", async () => {
    await openWindow({ items: 60 });
    await press("g");
    await press("v");
    expect(await screen.findByTestId("away")).toBeTruthy();
    expect(screen.getByTestId("nav-away").getAttribute("aria-current")).toBe("page");
    await press("k", { ctrlKey: true });
    await fireEvent.input(await screen.findByTestId("palette-input"), { target: { value: "out of" } });
    expect(screen.getAllByTestId("palette-entry")[0]?.textContent).toContain("Go to Out of office");
  });

  it("is for everybody, not only for those who lead", async () => {
    await openAway({ roles: ["internal_approver"] });
    expect(screen.getByTestId("away-form")).toBeTruthy();
  });

  it("has nothing that axe finds, with notices, deputies and coverage on it", async () => {
    await openAway();
    await times("2027-02-08T09:00", "2027-02-01T09:00");
    await deputy("Mara");
    await screen.findAllByTestId("away-notice");
    await screen.findAllByTestId("coverage-span");
    const { violations } = await axe.run(document.body, {
      rules: { "color-contrast": { enabled: false }, region: { enabled: false } },
    });
    expect(violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(", ")}`)).toEqual([]);
  });
});

describe("saying that I am away", () => {
  it("saves who takes what, in order and in minor units, and says what was saved", async () => {
    const { backend } = await openAway();
    expect(screen.getByTestId("away-zone").textContent).toContain("Europe/Amsterdam");
    await times();
    await deputy("mara");
    await write("deputy-client", "ACME");
    await fireEvent.change(screen.getByTestId("deputy-kind"), { target: { value: "invoice" } });
    await write("deputy-amount", "1,250.50");
    await deputy("Dvorak");
    await write("away-note", "Back on Monday.");
    await isChecked("Nothing stands against it.");
    await save();
    const said = await toast();
    expect(said).toContain("Mon, 1 Feb 2027, 09:00");
    expect(said).toContain(
      "Mara Lindqvist (only invoices, only for Acme Industrial, up to 1250.50), then Tomáš Dvořák",
    );
    expect(backend.absenceDrafts.at(-1)).toEqual({
      checkOnly: false,
      draft: {
        id: null,
        person: null,
        from: "2027-02-01T09:00",
        until: "2027-02-08T09:00",
        delegations: [
          { to: "p-mara", scope: { client: "c-acme", kind: "invoice", amount_up_to: 125_050 } },
          { to: "p-tomas", scope: {} },
        ],
        note: "Back on Monday.",
        cancelled: false,
      },
    });
    await waitFor(() => expect(screen.getAllByTestId("absence").length).toBe(6));
    expect(screen.queryAllByTestId("deputy")).toEqual([]);
  });

  it("asks the engine once typing rests, not with each letter", async () => {
    const { backend } = await openAway();
    await times();
    for (const note of ["B", "Ba", "Bac", "Back"]) await write("away-note", note);
    await screen.findAllByTestId("away-notice");
    expect(backend.absenceDrafts.map((one) => [one.checkOnly, one.draft.note])).toEqual([[true, "Back"]]);
  });

  it("is held back by an error, which stands at the form", async () => {
    const { backend } = await openAway();
    await times("2027-02-08T09:00", "2027-02-01T09:00");
    await waitFor(() => expect(notices()).toEqual(["Must change: It ends before it begins."]));
    expect(screen.getByTestId("away-save").getAttribute("aria-disabled")).toBe("true");
    await save();
    expect(backend.absenceDrafts.every((one) => one.checkOnly)).toBe(true);
  });

  it("asks to read a warning first, and saves then", async () => {
    const { backend } = await openAway();
    await times();
    await waitFor(() => expect(notices()).toEqual(["Please read: Nobody is named: all of the work waits."]));
    await save();
    await waitFor(() => expect(screen.getByTestId("away-save").textContent).toContain("Save anyway"));
    expect(document.activeElement).toBe(screen.getByTestId("away-notices"));
    expect(backend.absenceDrafts.some((one) => !one.checkOnly)).toBe(false);
    await save();
    expect(await toast()).toContain("Nobody gets the work.");
  });

  it("asks again when other warnings come up after the first were read", async () => {
    const { backend } = await openAway();
    await times();
    await waitFor(() => expect(notices().length).toBe(1));
    await save();
    await waitFor(() => expect(screen.getByTestId("away-save").textContent).toContain("Save anyway"));
    await deputy("Mara");
    await write("deputy-amount", "500");
    await waitFor(() => expect(notices()[0]).toContain("outside the limits"));
    await save();
    await waitFor(() => expect(document.activeElement).toBe(screen.getByTestId("away-notices")));
    expect(backend.absenceDrafts.some((one) => !one.checkOnly)).toBe(false);
  });

  it("warns when a deputy is away too", async () => {
    await openAway();
    await times("2026-11-24T09:00", "2026-11-30T09:00");
    await deputy("Jonas");
    await waitFor(() => expect(notices().join()).toContain("Jonas Weidmann is away too"));
  });

  it("warns of two who name each other", async () => {
    const { backend } = await openAway();
    const times2 = { from: "2027-02-03T09:00", until: "2027-02-05T09:00" };
    const delegations = [{ to: "p-ines", scope: {} }];
    const ruth = { id: null, person: "p-ruth", ...times2, delegations, note: "", cancelled: false };
    await backend.saveAbsence(ruth, false);
    await times();
    await deputy("Ruth");
    await waitFor(() => expect(notices().join()).toContain("name each other"));
  });

  it("says what is missing, and goes there", async () => {
    const { backend } = await openAway();
    await save();
    expect(await screen.findByText("Say when you leave.")).toBeTruthy();
    await waitFor(() => expect(document.activeElement).toBe(screen.getByTestId("away-from")));
    await times();
    await fireEvent.click(screen.getByTestId("deputy-add"));
    await save();
    expect(await screen.findByText("Choose a person from the list, or remove this deputy.")).toBeTruthy();
    await deputy("Mara");
    await write("deputy-amount", "a lot", 1);
    expect(await screen.findByText(/at most 2 decimals/)).toBeTruthy();
    expect(backend.absenceDrafts.some((one) => !one.checkOnly)).toBe(false);
  });

  it("moves, removes and keeps the focus by keyboard alone", async () => {
    await openAway();
    for (const name of ["Mara", "Leo", "Noor"]) await deputy(name);
    screen.getAllByTestId("deputy-person")[2]?.focus();
    await press("ArrowUp", { altKey: true });
    await waitFor(() => expect(people()).toEqual(["Mara Lindqvist", "Noor van der Velde", "Leo Fontaine"]));
    expect(document.activeElement).toBe(screen.getAllByTestId("deputy-person")[1]);
    await fireEvent.click(screen.getAllByTestId("deputy-up")[0]!);
    await waitFor(() => expect(people()[0]).toBe("Noor van der Velde"));
    await fireEvent.click(screen.getAllByTestId("deputy-remove")[0]!);
    await waitFor(() => expect(people()).toEqual(["Mara Lindqvist", "Leo Fontaine"]));
    expect(document.activeElement).toBe(screen.getAllByTestId("deputy-remove")[0]);
  });

  it("says when no work of the client is in sight", async () => {
    await openAway();
    await times();
    await deputy("Mara");
    await write("deputy-client", "ACMEE");
    expect(await screen.findByText(/No work of a client ACMEE/)).toBeTruthy();
  });

  it("keeps the draft while offline, and saves it when the portal answers again", async () => {
    const { backend, app } = await openAway({ connection: "offline" });
    await times();
    await deputy("Mara");
    expect((await screen.findByTestId("away-offline")).textContent).toContain("What you wrote stays here");
    await save();
    expect(backend.absenceDrafts).toEqual([]);
    app.openPage("outbox");
    await screen.findByTestId("outbox");
    app.openPage("away");
    await waitFor(() => expect(people()).toEqual(["Mara Lindqvist"]));
    backend.connection = "online";
    backend.changed([], true);
    await isChecked("Nothing stands against it.");
    expect(screen.queryByTestId("away-offline")).toBeNull();
    await save();
    expect(await toast()).toContain("Saved: away from");
  });

  it("shows a refusal at the form, with its request id, and keeps what was written", async () => {
    const { backend } = await openAway();
    await times();
    await deputy("Mara");
    await isChecked("Nothing stands against it.");
    backend.failNext = failure("refused", "This absence was changed since you looked.", "req-1");
    await save();
    const said = await screen.findByTestId("away-failure");
    expect(said.textContent).toContain("changed since you looked");
    expect(said.textContent).toContain("req-1");
    expect(people()).toEqual(["Mara Lindqvist"]);
  });
});

describe("who is away", () => {
  it("lists mine first, each with its zone and its deputies in words", async () => {
    await openAway();
    const [mine, ...others] = screen.getAllByTestId("absence");
    expect(mine?.textContent).toContain("Mara Lindqvist (only invoices, up to 500.00), then Tomáš Dvořák");
    expect(others.map((one) => one.dataset.person)).toEqual(["p-jonas", "p-priya", "p-aiko", "p-max"]);
    expect(others[0]?.textContent).toContain("Away now");
    expect(others[1]?.textContent).toContain("Nobody gets the work");
    expect(others[2]?.textContent).toContain("Asia/Tokyo");
  });

  it("offers to change only mine to those who do not lead", async () => {
    await openAway({ roles: ["internal_approver"] });
    expect(screen.getAllByTestId("absence-edit").length).toBe(1);
  });

  it("takes an absence into the form, and gives back the draft that was there", async () => {
    const { backend } = await openAway();
    await write("away-note", "half written");
    const mine = within(screen.getAllByTestId("absence")[0]!);
    await fireEvent.click(mine.getByTestId("absence-edit"));
    expect(await screen.findByText("Change your absence")).toBeTruthy();
    expect(people()).toEqual(["Mara Lindqvist", "Tomáš Dvořák"]);
    expect(screen.getAllByTestId<HTMLInputElement>("deputy-amount")[0]?.value).toBe("500.00");
    await write("away-note", "New note");
    await isChecked("Nothing stands against it.");
    await save();
    await screen.findByTestId("toast");
    expect(backend.absenceDrafts.at(-1)?.draft).toMatchObject({ id: "a-1", note: "New note", cancelled: false });
    await waitFor(() => expect(screen.getByTestId<HTMLTextAreaElement>("away-note").value).toBe("half written"));
  });

  it("takes one back only after asking", async () => {
    const { backend } = await openAway();
    const takeBack = () => fireEvent.click(screen.getAllByTestId("absence-take-back")[0]!);
    await takeBack();
    await fireEvent.click(within(await screen.findByTestId("take-back-dialog")).getByText("Keep it"));
    await waitFor(() => expect(screen.queryByTestId("take-back-dialog")).toBeNull());
    expect(backend.absenceDrafts).toEqual([]);
    await takeBack();
    await fireEvent.click(await screen.findByTestId("take-back-confirm"));
    expect(await toast()).toContain("Taken back: your absence from");
    expect(backend.absenceDrafts).toMatchObject([{ checkOnly: false, draft: { id: "a-1", cancelled: true } }]);
    await waitFor(() => expect(screen.getAllByTestId("absence")[0]?.dataset.person).toBe("p-jonas"));
  });

  it("takes nothing back while offline, and says why", async () => {
    await openAway({ connection: "offline" });
    const [button] = screen.getAllByTestId("absence-take-back");
    await waitFor(() => expect(button?.getAttribute("aria-disabled")).toBe("true"));
    await fireEvent.click(button!);
    expect(screen.queryByTestId("take-back-dialog")).toBeNull();
  });

  it("says so when nobody is away", async () => {
    await openAway({ absences: false });
    expect(screen.getByText("Nobody is away.")).toBeTruthy();
  });

  it("says what went wrong when it cannot be read, and tries again", async () => {
    const { backend, app } = await openWindow({ items: 60 });
    const broken = () => Promise.reject(failure("cache", "The file is damaged."));
    const { absences } = backend;
    backend.absences = broken;
    app.openPage("away");
    expect(await screen.findByText("The file is damaged.")).toBeTruthy();
    backend.absences = absences;
    await fireEvent.click(screen.getByText("Try again"));
    expect((await screen.findAllByTestId("absence")).length).toBe(5);
  });
});

describe("who gets it", () => {
  const spans = () => screen.getAllByTestId("coverage-span");

  it("begins with me and the next 14 days", async () => {
    await openAway();
    await waitFor(() => expect(spans().length).toBe(1));
    expect(spans()[0]?.textContent).toContain("Ines Aldana is there.");
    expect(screen.getByTestId<HTMLInputElement>("coverage-from").value).toBe("2026-11-24");
    expect(screen.getByTestId<HTMLInputElement>("coverage-until").value).toBe("2026-12-07");
  });

  it("marks by a word when nobody gets it", async () => {
    await openAway();
    await choose("coverage-person", "Jonas");
    await waitFor(() => expect(spans().map((one) => one.dataset.covered)).toEqual(["true", "false", "true", "true"]));
    expect(spans()[1]?.textContent).toContain("Nobody gets it");
    expect(spans()[1]?.textContent).toContain("Priya Raghunathan, who is away and names nobody");
    expect(screen.getByTestId("coverage-sum").textContent).toContain("One stretch has nobody.");
  });

  it("ends when somebody comes back early", async () => {
    const { backend } = await openAway();
    const jonas = screen.getAllByTestId("absence").find((one) => one.dataset.person === "p-jonas")!;
    await fireEvent.click(within(jonas).getByTestId("absence-back"));
    await waitFor(() => expect(screen.queryAllByText("Away now")).toHaveLength(0));
    const { draft } = backend.absenceDrafts.at(-1)!;
    expect(draft).toMatchObject({ person: "p-jonas", cancelled: false });
    expect(screen.getAllByTestId("absence").some((one) => one.dataset.person === "p-jonas")).toBe(false);
  });

  it("follows when somebody is taken back", async () => {
    await openAway();
    await choose("coverage-person", "Priya");
    await waitFor(() => expect(spans().some((one) => one.dataset.covered === "false")).toBe(true));
    const priya = screen.getAllByTestId("absence").find((one) => one.dataset.person === "p-priya")!;
    await fireEvent.click(within(priya).getByTestId("absence-take-back"));
    await fireEvent.click(await screen.findByTestId("take-back-confirm"));
    await waitFor(() => expect(spans().every((one) => one.dataset.covered === "true")).toBe(true));
  });

  it("says when the last day is before the first", async () => {
    await openAway();
    await write("coverage-until", "2026-11-01");
    await fireEvent.change(screen.getByTestId("coverage-until"));
    expect(await screen.findByText("The last day is before the first.")).toBeTruthy();
  });

  const answers = () => screen.getAllByTestId("coverage-answer").map((one) => one.querySelector("h3")?.textContent);

  it("has an answer for each part that is handed on", async () => {
    await openAway();
    await write("coverage-until", "2027-01-10");
    await fireEvent.change(screen.getByTestId("coverage-until"));
    await waitFor(() => expect(answers()).toEqual(["Invoices up to 500.00", "Any other work"]));
    const [invoices] = screen.getAllByTestId("coverage-answer");
    expect(invoices?.textContent).toContain("Mara Lindqvist gets it");
  });

  it("asks about one kind of work, or about one item alone", async () => {
    const { backend } = await openAway();
    await fireEvent.change(screen.getByTestId("coverage-kind"), { target: { value: "invoice" } });
    await write("coverage-amount", "600.00");
    await fireEvent.change(screen.getByTestId("coverage-amount"));
    await waitFor(() => expect(backend.coverageAsked.at(-1)).toEqual({ kind: "invoice", amount: 60_000 }));

    const [item] = backend.items.values();
    await write("coverage-item", item!.reference);
    await fireEvent.change(screen.getByTestId("coverage-item"));
    await waitFor(() => expect(backend.coverageAsked.at(-1)).toEqual({ item: item!.id }));
    await waitFor(() => expect(answers()).toEqual([`${item!.reference} ${item!.title}`]));
    expect(screen.getByTestId<HTMLSelectElement>("coverage-kind").disabled).toBe(true);
  });

  it("says when there is no such item, and when an amount is none", async () => {
    await openAway();
    await write("coverage-item", "ACME-99999");
    await fireEvent.change(screen.getByTestId("coverage-item"));
    expect(await screen.findByText(/There is no item ACME-99999 among those that you may see/)).toBeTruthy();
    await write("coverage-item", "");
    await write("coverage-amount", "lots");
    await fireEvent.change(screen.getByTestId("coverage-amount"));
    expect(await screen.findByText(/Write an amount with at most 2 decimals/)).toBeTruthy();
  });
});
