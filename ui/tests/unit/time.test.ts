import { describe, expect, it } from "vitest";
import { Clock } from "$lib/time/clock.svelte";
import { absolute, ago, bytes, due, span } from "$lib/time/relative";

const MIN = 60_000;
const HOUR = 60 * MIN;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 10, 24, 8, 30);

describe("a length of time", () => {
  it.each([
    [20_000, "1 min"],
    [59 * MIN, "59 min"],
    [3 * HOUR + 50 * MIN, "3 h"],
    [30 * HOUR, "30 h"],
    [40 * HOUR, "1 d"],
    [5 * DAY, "5 d"],
    [80 * DAY, "11 w"],
  ])("%i ms is said as %s", (ms, said) => expect(span(ms)).toBe(said));
});

describe("a due date", () => {
  it("is said as what is left, in the tone it deserves", () => {
    expect(due(NOW + 5 * HOUR, NOW)).toMatchObject({ tone: "soon", long: "due in 5 h", short: "5 h" });
    expect(due(NOW + 3 * DAY, NOW)).toMatchObject({ tone: "later", long: "due in 3 d" });
  });

  it("is said as overdue once it has passed", () => {
    expect(due(NOW - 4 * DAY, NOW)).toMatchObject({ tone: "over", long: "4 d overdue", short: "4 d over" });
  });

  it("may be missing", () => {
    expect(due(null, NOW)).toMatchObject({ tone: "none", short: "" });
  });
});

describe("an instant", () => {
  it("is said as how long ago it was", () => {
    expect(ago(NOW - 10_000, NOW)).toBe("just now");
    expect(ago(NOW - 3 * HOUR, NOW)).toBe("3 h ago");
  });

  it("has an absolute form with the zone, in the person's own zone", () => {
    expect(absolute(NOW, "Europe/Amsterdam")).toMatch(/24 Nov 2026.*09:30.*(CET|GMT\+1)/);
    expect(absolute(NOW, "America/New_York")).toMatch(/03:30/);
  });

  it("survives a zone that the platform does not know", () => {
    expect(absolute(NOW, "Mars/Olympus")).toMatch(/2026/);
  });
});

describe("the clock", () => {
  it("shows the time of its last tick", () => {
    let now = 5;
    const clock = new Clock(() => now);
    now = 9;
    expect(clock.now).toBe(5);
    clock.tick();
    expect(clock.now).toBe(9);
  });
});

describe("a size", () => {
  it.each([
    [640, "640 B"],
    [41_300, "41 kB"],
    [8_240_000, "8.2 MB"],
  ])("%i is said as %s", (size, said) => expect(bytes(size)).toBe(said));
});
