import { describe, expect, it } from "vitest";
import { amountOf, draftOf, emptyForm, emptyRow, problemsOf } from "$lib/away/draft";
import { dayAfter, instantOf, localOf, sayLocal } from "$lib/time/local";

describe("local times", () => {
  it("go to an instant and back, in a zone that is not this computer's", () => {
    for (const zone of ["Europe/Amsterdam", "Asia/Tokyo", "America/St_Johns", "UTC"])
      for (const local of ["2026-12-24T09:00", "2026-07-01T00:00", "2028-02-29T23:59"])
        expect(localOf(instantOf(local, zone) ?? 0, zone)).toBe(local);
    expect(instantOf("2026-12-24T09:00", "Europe/Amsterdam")).toBe(Date.UTC(2026, 11, 24, 8));
  });

  it("are moved on by the gap where the clocks leave them out, and are the first of two", () => {
    expect(instantOf("2027-03-28T02:30", "Europe/Amsterdam")).toBe(Date.UTC(2027, 2, 28, 1, 30));
    expect(instantOf("2026-10-25T02:30", "Europe/Amsterdam")).toBe(Date.UTC(2026, 9, 25, 0, 30));
  });

  it("are said as people say them, and no time is none", () => {
    expect(sayLocal("2026-12-24T09:00")).toBe("Thu, 24 Dec 2026, 09:00");
    expect(instantOf("tomorrow")).toBeNull();
    expect(dayAfter("2026-12-31", 1)).toBe("2027-01-01");
  });
});

describe("an absence in the form", () => {
  it("reads amounts as people write them", () => {
    expect(["", "500", "1,250.50", "1.250,5"].map(amountOf)).toEqual([undefined, 50_000, 125_050, 125_050]);
    expect(["-1", "a lot", "1.234,567"].map(amountOf)).toEqual([null, null, null]);
  });

  it("leaves out deputies that are not finished, and says that they are not", () => {
    const form = { ...emptyForm(), from: "2027-02-01T09:00:30", until: "2027-02-02T09:00" };
    form.deputies = [emptyRow(), { ...emptyRow(), to: "p-mara", client: " acme " }];
    expect(draftOf(form, (code) => `c-${code}`)).toMatchObject({
      from: "2027-02-01T09:00",
      delegations: [{ to: "p-mara", scope: { client: "c-acme" } }],
    });
    expect(problemsOf(form)).toMatchObject({ from: false, any: true, rows: [{ person: true }, { person: false }] });
  });
});
