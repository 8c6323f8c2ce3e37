import { describe, expect, it } from "vitest";
import { moved, percent, ways } from "$lib/administration/replay";

describe("a sentence of a replay", () => {
  it("is an item and what would have been otherwise", () => {
    expect(moved("ACME-142: also asks legal, brand; no longer asks review")).toEqual({
      reference: "ACME-142",
      changes: ["also asks legal, brand", "no longer asks review"],
    });
  });

  it("that begins with no reference stays as it is", () => {
    for (const sentence of ["It would not have been taken", "Two items: both also ask legal; one twice", ""])
      expect(moved(sentence)).toEqual({ reference: null, changes: [sentence] });
  });
});

describe("the figures of a replay", () => {
  it("add up to all that was looked at", () => {
    expect(ways({ summary: "", looked_at: 214, moved: 26, first: [], digest: "" })).toEqual({
      another: 26,
      same: 188,
      all: 214,
    });
  });

  it("never call some none, nor all but some all", () => {
    const shares = [0, 1, 40, 5000, 96_000, 99_999, 100_000].map((part) => percent(part, 100_000));
    expect(shares).toEqual(["0", "< 0.1", "< 0.1", "5.0", "96.0", "> 99.9", "100"]);
    expect(percent(26, 214)).toBe("12");
    expect(percent(0, 0)).toBe("0");
  });
});
