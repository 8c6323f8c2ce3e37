import { describe, expect, it } from "vitest";
import { kindOf } from "$lib/item/ledger";
import { moneyText, prefilled, problemWith, readMoney, valueOf } from "$lib/item/outputs";
import { groupedSteps, progress } from "$lib/item/steps";
import type { FieldType, LedgerWhat, OutputView, StepView } from "$lib/generated";

const output = (of: FieldType | null, value: string | null = null): OutputView => ({
  key: "k",
  name: "Field",
  help: null,
  of,
  value,
});

describe("an amount", () => {
  it.each([
    ["1250", 125_000],
    ["1250.5", 125_050],
    ["1,250.00", 125_000],
    ["1.250,00", 125_000],
    ["1 250,5", 125_050],
    ["1,250", 125_000],
    ["1,250,000", 125_000_000],
    ["-12.30", -1230],
    [".5", 50],
    ["0.29", 29],
  ])("typed as %s is read to the cent", (typed, minor) => {
    expect(readMoney(typed, "EUR")).toBe(minor);
  });

  it.each(["", "abc", "12.345.6", "1.2.3", "12,34,56", "1,25.000,00", "1e5", "12.3456", "99999999999999999"])(
    "is not guessed from “%s”",
    (typed) => {
      expect(readMoney(typed, "EUR")).toBeNull();
    },
  );

  it("has as many decimals as its currency", () => {
    expect(readMoney("1250", "JPY")).toBe(1250);
    expect(readMoney("12.5", "JPY")).toBeNull();
    expect(readMoney("1.250", "BHD")).toBe(1250);
    expect(moneyText(125_050, "EUR")).toBe("€1,250.50");
    expect(moneyText(1250, "JPY")).toBe("JP¥1,250");
  });

  it("that stands there already is shown in its own units, and goes back unchanged", () => {
    const money = output({ type: "money", currency: "EUR" }, "1240050");
    expect(prefilled(money)).toBe("12400.50");
    expect(valueOf(money, prefilled(money))).toBe(1_240_050);
  });

  it("is held to its bounds, said in its own units", () => {
    const money = output({ type: "money", currency: "EUR", min: 100, max: 200_000 });
    expect(problemWith(money, "0.50")).toBe("At least €1.00.");
    expect(problemWith(money, "2000.01")).toBe("At most €2,000.00.");
    expect(problemWith(money, "12.3456")).toContain("at most 2 decimals");
    expect(problemWith(money, "2000")).toBeNull();
  });
});

describe("a value that an approval fills in", () => {
  it("is sent as what its field takes", () => {
    expect(valueOf(output({ type: "integer" }), " 30 ")).toBe(30);
    expect(valueOf(output({ type: "flag" }), "yes")).toBe(true);
    expect(valueOf(output({ type: "flag" }), "no")).toBe(false);
    expect(valueOf(output({ type: "text" }), " 0042 ")).toBe("0042");
    expect(valueOf(output(null), "7")).toBe("7");
  });

  it("that cannot be read stays a text, for the engine to refuse", () => {
    expect(valueOf(output({ type: "integer" }), "a few")).toBe("a few");
    expect(valueOf(output({ type: "money", currency: "EUR" }), "much")).toBe("much");
  });

  it.each<[FieldType | null, string, string | null]>([
    [null, "", "Fill this in."],
    [null, "anything", null],
    [{ type: "text", max_length: 3 }, "äöü", null],
    [{ type: "text", max_length: 3 }, "four", "At most 3 characters; these are 4."],
    [{ type: "integer", min: 0, max: 90 }, "91", "At most 90."],
    [{ type: "integer" }, "1.5", "Write a whole number."],
    [{ type: "flag" }, "", "Choose yes or no."],
    [{ type: "choice", options: ["A"] }, "", "Choose one."],
    [{ type: "date" }, "2026-04-01", null],
    [{ type: "date" }, "1 April", "Choose a day."],
    [{ type: "email" }, "ines@example.org", null],
    [{ type: "email" }, "ines@", "Write an e-mail address."],
    [{ type: "url" }, "example.org", "Begin with https:// or http://."],
    [{ type: "url" }, "https://example.org/a", null],
  ])("of %j typed as “%s” is judged as the engine would", (of, typed, problem) => {
    expect(problemWith(output(of), typed)).toBe(problem);
  });
});

describe("a reckoning", () => {
  const line = (what: LedgerWhat) => ({
    when: "Mon 6 Apr",
    said: "said",
    segment: { from: 0, until: 1, what, counted_ms: 0 },
  });

  it.each<[LedgerWhat, string]>([
    ["counted", "counted"],
    ["closed", "stood"],
    [{ holiday: { name: "Easter Monday" } }, "stood"],
    [{ paused: { why: "waiting_for_client" } }, "stood"],
  ])("of %j is drawn as what it is", (what, kind) => {
    expect(kindOf(line(what))).toBe(kind);
  });

  it("ends with the due", () => {
    expect(kindOf({ when: "Tue 7 Apr 15:30 CEST", said: "due", segment: null })).toBe("due");
  });
});

describe("steps of one stage", () => {
  const step = (stage: string, key: string, beside: string | null, state: StepView["state"]) =>
    ({ stage, step: key, name: key, beside, state }) as StepView;
  const steps = [
    step("intake", "intake", null, "done"),
    step("checks", "legal", "Checks", "current"),
    step("checks", "brand", "Checks", "done"),
    step("checks", "works_council", "Checks", "skipped"),
    step("order", "order", null, "upcoming"),
  ];

  it("stand together under its name, in order", () => {
    expect(groupedSteps(steps).map((group) => [group.name, group.steps.map((one) => one.step)])).toEqual([
      [null, ["intake"]],
      ["Checks", ["legal", "brand", "works_council"]],
      [null, ["order"]],
    ]);
  });

  it("are as far as the one that is furthest behind; those passed by do not count", () => {
    const group = groupedSteps(steps)[1];
    expect(group?.state).toBe("current");
    expect(progress(group?.steps ?? [])).toEqual({ done: 1, of: 2 });
  });
});
