import { fireEvent, screen, waitFor, within } from "@testing-library/svelte";
import axe from "axe-core";
import { describe, expect, it } from "vitest";
import type { FakeOptions } from "$lib/backend/fake";
import { failure } from "$lib/backend/fake/fake";
import { openWindow, press } from "../window";

async function openJourneys(options: FakeOptions = {}) {
  const opened = await openWindow({ items: 60, arranges: true, ...options });
  await fireEvent.click(screen.getByTestId("nav-administration"));
  await screen.findByTestId("journey-detail");
  return { ...opened, fake: opened.backend.administration };
}

async function openCalendars(options: FakeOptions = {}) {
  const opened = await openWindow({ items: 60, arranges: true, ...options });
  await press("g");
  await press("k");
  await screen.findByTestId("calendar-detail");
  return { ...opened, fake: opened.backend.administration };
}

const click = (testid: string) => fireEvent.click(screen.getByTestId(testid));
const write = (testid: string, value: string, at = 0) =>
  fireEvent.input(screen.getAllByTestId(testid)[at]!, { target: { value } });
const value = (testid: string, at = 0) => screen.getAllByTestId<HTMLInputElement>(testid)[at]!.value;
const toast = async () => (await screen.findByTestId("toast")).textContent ?? "";
const refuses = (testid: string) => screen.getByTestId(testid).getAttribute("aria-disabled") === "true";
const choose = (testid: string, label: string) =>
  fireEvent.click(within(screen.getByTestId(testid)).getByLabelText(label));

/** The buttons of a version's line. */
const version = (number: number) =>
  within(screen.getAllByTestId("journey-version").find((one) => one.dataset.version === String(number))!);

async function violations(): Promise<string[]> {
  const { violations } = await axe.run(document.body, {
    rules: { "color-contrast": { enabled: false }, region: { enabled: false } },
  });
  return violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(", ")}`);
}

describe("the place Administration", () => {
  it("is reached with G then J, from the side bar and from the palette", async () => {
    await openWindow({ items: 60, arranges: true });
    await press("g");
    await press("j");
    await screen.findByTestId("journey-detail");
    expect(screen.getByTestId("nav-administration").getAttribute("aria-current")).toBe("page");
    await press("k", { ctrlKey: true });
    await fireEvent.input(await screen.findByTestId("palette-input"), { target: { value: "calend" } });
    expect(screen.getAllByTestId("palette-entry")[0]?.textContent).toContain("Go to Calendars");
    await press("Enter");
    expect(await screen.findByTestId("calendar-detail")).toBeTruthy();
  });

  it("is not there for those who may not arrange anything", async () => {
    await openWindow({ items: 60 });
    expect(screen.queryByTestId("nav-administration")).toBeNull();
    await press("g");
    await press("j");
    expect(screen.queryByTestId("administration")).toBeNull();
    await press("k", { ctrlKey: true });
    await fireEvent.input(await screen.findByTestId("palette-input"), { target: { value: "journeys" } });
    expect(screen.queryAllByTestId("palette-entry").filter((one) => one.textContent?.includes("Go to"))).toEqual([]);
  });

  it("says that it needs the portal, and reads again once it answers", async () => {
    const { backend } = await openWindow({ items: 60, arranges: true, connection: "offline" });
    await click("nav-administration");
    expect((await screen.findByRole("alert")).textContent).toContain("kept at the portal");
    backend.connection = "online";
    await fireEvent.click(screen.getByText("Try again"));
    expect(await screen.findByTestId("journey-detail")).toBeTruthy();
  });

  it("has nothing that axe finds", async () => {
    await openJourneys();
    expect(await violations()).toEqual([]);
    await click("journey-write");
    await click("journey-run-check");
    await screen.findByTestId("journey-check");
    await click("journey-run-replay");
    await screen.findByTestId("journey-replay");
    await choose("journey-for", "Of some cohorts");
    expect(await violations()).toEqual([]);
    await choose("administration-part", "Calendars");
    await screen.findByTestId("calendar-detail");
    expect(await violations()).toEqual([]);
    await click("calendar-edit");
    await click("calendar-look");
    await screen.findByTestId("calendar-preview");
    expect(await violations()).toEqual([]);
  });
});

describe("a new version of a journey", () => {
  it("is checked, replayed and published for some cohorts, in this order", async () => {
    const { fake } = await openJourneys();
    await fireEvent.click(version(2).getByTestId("journey-show"));
    await waitFor(() => expect(screen.getByTestId("journey-detail").dataset.version).toBe("2"));
    await click("journey-write");
    expect(refuses("journey-run-replay") && refuses("journey-do-publish")).toBe(true);
    await click("journey-run-check");
    expect((await screen.findByTestId("journey-check")).dataset.sound).toBe("true");
    expect(screen.getAllByTestId("played-case").map((one) => one.dataset.passed)).toEqual(["true", "true"]);
    await click("journey-run-replay");
    const replay = await screen.findByTestId("journey-replay");
    expect(replay.textContent).toContain("Of 214 items of this journey, 26 would have gone another way.");
    expect(screen.getAllByTestId("rerouted")).toHaveLength(20);
    await choose("journey-for", "Of some cohorts");
    expect(refuses("journey-do-publish")).toBe(true);
    await fireEvent.click(screen.getByLabelText("growth"));
    await click("journey-do-publish");
    expect(await toast()).toContain("Published client-work as version 4.");
    expect(fake.wishes[0]).toMatchObject({ cohorts: ["growth"], replayed: expect.stringContaining("-26") as string });
    await waitFor(() => expect(screen.getByTestId("journey-detail").dataset.version).toBe("4"));
    expect(version(4).getByText("published for growth")).toBeTruthy();
    expect(version(3).getByText("1,204 items in flight")).toBeTruthy();
  });

  it("shows what the replay found as tables that can be heard and scrolled from the keyboard", async () => {
    await openJourneys();
    await fireEvent.click(version(2).getByTestId("journey-show"));
    await waitFor(() => expect(screen.getByTestId("journey-detail").dataset.version).toBe("2"));
    await click("journey-write");
    await click("journey-run-check");
    await screen.findByTestId("journey-check");
    await click("journey-run-replay");
    const figures = within(await screen.findByRole("table", { name: "How many past items would have gone which way" }));
    const cells = (row: HTMLElement) => [...row.querySelectorAll("th, td")].map((cell) => cell.textContent);
    expect(figures.getAllByRole("row").map(cells)).toEqual([
      ["Past items", "Items", "Share"],
      ["Would have gone another way", "26", "12 %"],
      ["Would have gone the same way", "188", "88 %"],
      ["Looked at", "214", ""],
    ]);
    const region = screen.getByRole("region", { name: "Items that would have gone another way" });
    expect(region.tabIndex).toBe(0);
    const row = within(region).getByRole("row", { name: /^ACME-129/ });
    expect(within(row).getByRole("rowheader").textContent).toBe("ACME-129");
    expect([...row.querySelectorAll("p")].map((one) => one.textContent)).toEqual([
      "also asks legal",
      "no longer asks brand",
      "asks other people at sign_off",
    ]);
    expect(screen.getByTestId("journey-replay").textContent).toContain("The first 20 of 26.");
    expect(await violations()).toEqual([]);
  });

  it("goes on by Ctrl + Enter, and never publishes by it", async () => {
    const { fake } = await openJourneys();
    await click("journey-write");
    screen.getByTestId("journey-text").focus();
    await press("Enter", { ctrlKey: true, isComposing: true });
    await press("Enter");
    expect(screen.getByTestId("journey-run-check").getAttribute("aria-busy")).toBe("false");
    await press("Enter", { ctrlKey: true });
    await screen.findByTestId("journey-check");
    await press("Enter", { ctrlKey: true });
    await screen.findByTestId("journey-replay");
    await press("Enter", { ctrlKey: true });
    expect(fake.wishes).toEqual([]);
  });

  it("shows what is wrong beside the text, and asks anew once the text changes", async () => {
    await openJourneys();
    await click("journey-write");
    const text = value("journey-text");
    await write("journey-text", text.replace('deciders = [{ role = "internal_approver" }]', "deciders = []"));
    await click("journey-run-check");
    const finding = await screen.findByTestId("finding");
    expect(finding.dataset.error).toBe("true");
    expect(finding.textContent).toContain("stages[0].steps[0].deciders");
    expect(refuses("journey-run-replay")).toBe(true);
    await write("journey-text", text);
    expect(screen.queryByTestId("journey-check")).toBeNull();
    await write("journey-text", "name = 3");
    await click("journey-run-check");
    expect((await screen.findByTestId("administration-failure")).textContent).toContain("line 1, column 1");
    expect(value("journey-text")).toBe("name = 3");
  });

  it("keeps what was written while another journey is looked at", async () => {
    await openJourneys();
    await click("journey-write");
    await write("journey-text", 'key = "client-work"\nname = "Half written"');
    await fireEvent.click(screen.getAllByTestId("journey")[2]!);
    await waitFor(() => expect(screen.getByTestId("journey-detail").dataset.key).toBe("invoice-approval"));
    await fireEvent.click(screen.getAllByTestId("journey")[0]!);
    await waitFor(() => expect(screen.getByTestId("journey-detail").dataset.key).toBe("client-work"));
    expect(screen.getByTestId("journey-write").textContent).toContain("Go on writing");
    await click("journey-write");
    expect(value("journey-text")).toContain("Half written");
    await click("journey-discard");
    await click("journey-write");
    expect(value("journey-text")).not.toContain("Half written");
  });

  it("may come from a file, and a new journey from an example", async () => {
    const { fake } = await openJourneys();
    await click("journey-new");
    await fireEvent.change(screen.getByTestId("journey-example"), { target: { value: "0" } });
    expect(value("journey-text")).toContain('key = "support-ticket"');
    const letters = 'key = "letters"\nname = "Letters"\n[[stages]]\nkey = "a"\ntarget = 1\n';
    // jsdom knows no text() of files.
    const file = Object.assign(new File([letters], "letters.toml"), { text: () => Promise.resolve(letters) });
    await fireEvent.change(screen.getByTestId("journey-file"), { target: { files: [file] } });
    await waitFor(() => expect(value("journey-text")).toContain("letters"));
    await click("journey-run-check");
    await screen.findByTestId("journey-check");
    await click("journey-run-replay");
    expect((await screen.findByTestId("journey-replay")).textContent).toContain("No item has been on this journey");
    await click("journey-do-publish");
    expect(await toast()).toContain("Published letters as version 1.");
    expect(fake.wishes[0]).toMatchObject({ document: letters, cohorts: null });
  });

  it("that nobody confirmed says so where it was to be published, and can be replayed again", async () => {
    const { backend, fake } = await openJourneys();
    await click("journey-write");
    await click("journey-run-check");
    await screen.findByTestId("journey-check");
    await click("journey-run-replay");
    await screen.findByTestId("journey-replay");
    backend.failNext = failure("refused", "The replay finds something else than what was confirmed.");
    await click("journey-do-publish");
    const note = await within(screen.getByTestId("journey-publish")).findByTestId("administration-failure");
    expect(note.textContent).toContain("something else than what was confirmed");
    await click("journey-run-replay");
    await waitFor(() => expect(screen.queryByTestId("administration-failure")).toBeNull());
    await waitFor(() => expect(refuses("journey-do-publish")).toBe(false));
    await click("journey-do-publish");
    await waitFor(() => expect(fake.wishes).toHaveLength(1));
    expect(await screen.findByTestId("journey-detail")).toBeTruthy();
  });

  it("keeps the text and says why when the portal refuses", async () => {
    const { backend } = await openJourneys();
    await click("journey-write");
    backend.failNext = failure(
      "refused",
      "Only a portal admin of the whole organisation arranges its journeys.",
      "req-1",
    );
    await click("journey-run-check");
    const note = await screen.findByTestId("administration-failure");
    expect(note.textContent).toContain("Only a portal admin");
    expect(value("journey-text")).toContain("client-work");
  });
});

describe("an earlier version", () => {
  it("is looked at before it is published again", async () => {
    await openJourneys();
    await fireEvent.click(version(2).getByTestId("journey-roll-back"));
    await screen.findByTestId("journey-replay");
    expect(screen.getAllByTestId("journey-change")).toHaveLength(2);
    await click("journey-do-roll-back");
    expect(await toast()).toContain("Published client-work as version 4.");
  });

  it("without golden cases asks for some", async () => {
    await openJourneys();
    await fireEvent.click(version(1).getByTestId("journey-roll-back"));
    expect((await screen.findByTestId("administration-failure")).textContent).toContain("at least one golden case");
    expect(refuses("journey-do-roll-back")).toBe(true);
    await write("journey-other-cases", 'journey = "client-work"\n[[cases]]\nname = "It is approved"\n');
    await click("journey-look-again");
    await screen.findByTestId("journey-check");
    expect(refuses("journey-do-roll-back")).toBe(false);
  });
});

describe("items in flight", () => {
  it("move by a plan that is looked at first", async () => {
    const { fake } = await openJourneys();
    await fireEvent.click(version(2).getByTestId("journey-migrate"));
    await screen.findAllByTestId("migrate-stage");
    expect(refuses("migrate-move")).toBe(true);
    await click("migrate-look");
    expect((await screen.findByTestId("migration-problem")).textContent).toContain("5 items stand at `legal`");
    expect(refuses("migrate-move")).toBe(true);
    const legal = screen.getByLabelText("Where items at Legal review go");
    await fireEvent.change(legal, { target: { value: "review" } });
    expect(screen.queryByTestId("migration-report")).toBeNull();
    await click("migrate-look");
    const told = (await screen.findAllByTestId("migration-sentence")).map((one) => one.textContent);
    expect(told).toContain("5 items go from legal to review");
    expect(told.join(" ")).toContain("becomes approved: ACME-142");
    await click("migrate-move");
    expect((await screen.findByTestId("migration-outcome")).textContent).toBe("Moved 18 items to version 3.");
    expect(fake.plans.at(-1)).toEqual({
      plan: { key: "client-work", from: 2, to: 3, stages: { legal: "review" } },
      checkOnly: false,
    });
    expect(refuses("migrate-move")).toBe(true);
  });
});

describe("a calendar", () => {
  it("is shown in words, with who keeps it", async () => {
    await openCalendars();
    expect(screen.getByTestId("calendar-week").textContent).toContain("Monday09:00–12:30, 13:30–17:30");
    expect(screen.getByTestId("calendar-holidays").textContent).toContain("Fri, 25 Dec 2026Christmas Day");
    expect(screen.getByTestId("calendar-kept-by").textContent?.trim()).toBe("everybody");
  });

  it("takes the holidays of a file, says what they bring, and saves nothing by itself", async () => {
    const { fake } = await openCalendars();
    await click("calendar-edit");
    const bring = (ics: string) => {
      const file = Object.assign(new File([ics], "holidays.ics"), { text: () => Promise.resolve(ics) });
      return fireEvent.change(screen.getByTestId("calendar-file"), { target: { files: [file] } });
    };
    await bring("no calendar");
    expect((await screen.findByTestId("administration-failure")).textContent).toContain("it is no iCalendar file");
    await bring("BEGIN:VCALENDAR\nDTSTART;VALUE=DATE:20270303\nSUMMARY:Founders' Day\nEND:VCALENDAR");
    expect((await screen.findByTestId("calendar-brought-in")).textContent).toContain("new: 2027-03-03 Founders' Day");
    expect(screen.getAllByTestId<HTMLInputElement>("calendar-holiday-name").at(-1)?.value).toBe("Founders' Day");
    expect(fake.saved).toEqual([]);
    await click("calendar-look");
    await screen.findByTestId("calendar-preview");
    await click("calendar-save");
    await waitFor(() => expect(fake.saved).toHaveLength(1));
  });

  it("is edited in a form, previewed and saved", async () => {
    const { fake } = await openCalendars();
    await click("calendar-edit");
    expect(refuses("calendar-save")).toBe(true);
    await write("calendar-hours", "soon");
    await click("calendar-look");
    expect((await screen.findByTestId("administration-failure")).textContent).toContain("Monday: “soon” is no working");
    await write("calendar-hours", "10:00-16:00");
    await click("calendar-holiday-add");
    await waitFor(() => expect(document.activeElement).toBe(screen.getAllByTestId("calendar-holiday-date").at(-1)));
    await write("calendar-holiday-date", "2027-05-05", 4);
    await write("calendar-holiday-name", "Liberation Day", 4);
    await click("calendar-look");
    expect((await screen.findByTestId("calendar-preview")).textContent).toContain("3 would move");
    expect(screen.getAllByTestId("due-move")[0]?.textContent).toContain("ACME-142");
    await write("calendar-name", "Office in Amsterdam");
    expect(screen.queryByTestId("calendar-preview")).toBeNull();
    await press("Enter", { ctrlKey: true });
    await screen.findByTestId("calendar-preview");
    await click("calendar-save");
    expect(await toast()).toContain("Saved: Office in Amsterdam, version 5.");
    const saved = fake.saved[0];
    expect(saved && "form" in saved && saved.form.holidays.at(-1)).toEqual({
      date: "2027-05-05",
      name: "Liberation Day",
    });
    expect(saved && "form" in saved && saved.form.week[0]?.hours).toBe("10:00-16:00");
  });

  it("is edited as a document, and keeps what cannot be read", async () => {
    await openCalendars();
    await click("calendar-edit");
    await write("calendar-name", "Renamed");
    await choose("calendar-way", "Document");
    await waitFor(() => expect(value("calendar-document")).toContain("Renamed"));
    await write("calendar-document", "no calendar");
    await choose("calendar-way", "Form");
    await screen.findByTestId("administration-failure");
    expect(value("calendar-document")).toBe("no calendar");
    await click("calendar-discard");
    await click("calendar-edit");
    expect(value("calendar-name")).toBe("Amsterdam office");
  });

  it("is new, with a key of its own", async () => {
    const { fake } = await openCalendars();
    await click("calendar-new");
    await screen.findByTestId("calendar-key");
    await write("calendar-key", "night");
    await write("calendar-name", "Night shift");
    await click("calendar-look");
    await screen.findByTestId("calendar-preview");
    await click("calendar-save");
    await waitFor(() => expect(screen.getByTestId("calendar-detail").dataset.key).toBe("night"));
    expect(fake.kept).toHaveLength(3);
  });

  it("is given to a group or to one person, after a look at what that moves", async () => {
    const { fake } = await openCalendars();
    await click("calendar-give");
    await choose("calendar-of", "A group");
    expect(refuses("calendar-look")).toBe(true);
    await write("calendar-group", "legal");
    await click("calendar-look");
    await screen.findByTestId("calendar-preview");
    await click("calendar-save");
    await waitFor(() => expect(screen.getByTestId("calendar-kept-by").textContent).toContain("group legal"));
    expect(fake.uses).toEqual([{ of: { group: "legal" }, calendar: "amsterdam-office" }]);
    await click("calendar-give");
    await choose("calendar-of", "One person");
    screen.getByTestId("calendar-person").focus();
    await write("calendar-person", "mara");
    await screen.findAllByTestId("away-person");
    await press("Enter");
    await click("calendar-look");
    await screen.findByTestId("calendar-preview");
    await click("calendar-save");
    await waitFor(() => expect(fake.uses.at(-1)?.of).toEqual({ person: "p-mara" }));
  });
});

describe("the list", () => {
  it("moves with the arrows and opens with Enter", async () => {
    await openJourneys();
    screen.getAllByTestId("journey")[0]!.focus();
    await press("ArrowDown");
    await press("j");
    expect(document.activeElement).toBe(screen.getAllByTestId("journey")[2]);
    await press("ArrowUp");
    expect(document.activeElement).toBe(screen.getAllByTestId("journey")[1]);
  });
});
