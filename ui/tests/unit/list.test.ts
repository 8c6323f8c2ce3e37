import { describe, expect, it } from "vitest";
import { FakeBackend } from "$lib/backend/fake";
import { termsOf, withTerm, withoutTerm } from "$lib/queue/describe";
import { slotsIn } from "$lib/queue/pages";
import { ListModel } from "$lib/queue/list.svelte";
import { rangeOf, Selection } from "$lib/queue/selection.svelte";
import { drawn, PAGE, pagesOf, scrollFor, visible, wanted } from "$lib/queue/window";
import { NOON } from "../window";

describe("the window of a virtual list", () => {
  it("covers the rows that the viewport touches", () => {
    expect(visible(0, 540, 54, 1000)).toEqual({ from: 0, to: 10 });
    expect(visible(27, 540, 54, 1000)).toEqual({ from: 0, to: 11 });
    expect(visible(54 * 995, 540, 54, 1000)).toEqual({ from: 995, to: 1000 });
  });

  it("is empty for an empty list, and stays inside when the list shrank", () => {
    expect(visible(0, 540, 54, 0)).toEqual({ from: 0, to: 0 });
    expect(visible(54 * 900, 540, 54, 10)).toEqual({ from: 10, to: 10 });
  });

  it("draws a few more rows on both sides, never beyond the list", () => {
    expect(drawn({ from: 0, to: 10 }, 12)).toEqual({ from: 0, to: 12 });
    expect(drawn({ from: 50, to: 60 }, 1000)).toEqual({ from: 44, to: 66 });
  });

  it("names the pages of a span, the last row included only once", () => {
    expect(pagesOf({ from: 0, to: PAGE })).toEqual([0]);
    expect(pagesOf({ from: PAGE - 1, to: PAGE + 1 })).toEqual([0, 1]);
    expect(pagesOf({ from: 5, to: 5 })).toEqual([]);
  });

  it("wants the neighbouring page before the viewport reaches it", () => {
    expect(wanted({ from: 80, to: 90 }, 100_000)).toEqual([0, 1]);
    expect(wanted({ from: 40, to: 50 }, 100_000)).toEqual([0]);
  });

  it("scrolls as little as possible", () => {
    expect(scrollFor(5, 0, 540, 54)).toBe(0);
    expect(scrollFor(10, 0, 540, 54)).toBe(54);
    expect(scrollFor(2, 540, 540, 54)).toBe(108);
  });
});

describe("the places of rows", () => {
  const rowsOf = async () => {
    const page = await new FakeBackend({ items: 10, now: () => NOON }).list({
      queue: "open",
      filter: "",
      sort: "due",
      descending: false,
      offset: 0,
      limit: 4,
    });
    return page.rows;
  };

  it("are known by their items, so that an element goes where its item goes", async () => {
    const rows = await rowsOf();
    const before = slotsIn(new Map([[0, rows]]), { from: 0, to: 4 });
    const after = slotsIn(new Map([[0, rows.slice(1)]]), { from: 0, to: 3 });
    expect(after.map((slot) => slot.key)).toEqual(before.slice(1).map((slot) => slot.key));
    expect(after.map((slot) => slot.index)).toEqual([0, 1, 2]);
  });

  it("are each known by something else, also while two pages have the same item", async () => {
    const rows = await rowsOf();
    const twice = [...rows, ...rows.slice(-1)];
    const keys = slotsIn(new Map([[0, twice]]), { from: 0, to: 7 }).map((slot) => slot.key);
    expect(new Set(keys).size).toBe(7);
  });
});

describe("the selection", () => {
  it("extends from its anchor in both directions", () => {
    expect(rangeOf(3, 6)).toEqual({ from: 3, to: 7 });
    expect(rangeOf(6, 3)).toEqual({ from: 3, to: 7 });
  });

  it("gives back what an extension took when it shrinks, and keeps what was selected before", () => {
    const selection = new Selection();
    selection.toggle("b", 1);
    selection.extend(["b", "c", "d"]);
    selection.extend(["b", "c"]);
    expect([...selection.ids]).toEqual(["b", "c"]);
    selection.extend(["a", "b"]);
    expect([...selection.ids].sort()).toEqual(["a", "b"]);
  });

  it("keeps only what is shown, and says how much it let go", () => {
    const selection = new Selection();
    selection.add(["a", "b", "c"]);
    expect(selection.keepOnly(["b", "x"])).toBe(2);
    expect([...selection.ids]).toEqual(["b"]);
  });
});

describe("the list", () => {
  const make = async (items = 900) => {
    const backend = new FakeBackend({ items, now: () => NOON });
    const failures: unknown[] = [];
    const list = new ListModel(
      backend,
      (error) => failures.push(error),
      () => NOON,
    );
    await list.show("open");
    return { backend, list, failures };
  };

  it("keeps cursor and selection with their items when the order changes", async () => {
    const { list } = await make();
    list.moveTo(7);
    const id = list.cursorId;
    list.toggle(7);
    await list.setSort("title", true);
    expect(list.cursorId).toBe(id);
    expect(list.row(list.cursor)?.id ?? id).toBe(id);
    expect([...list.selection.ids]).toEqual([id]);
  });

  it("keeps the cursor with its item when a sync moves the item far away", async () => {
    const { backend, list } = await make();
    list.look({ from: 0, to: 12 });
    list.moveTo(3);
    const id = list.cursorId ?? "";
    const item = backend.items.get(id);
    if (item) item.dueAt = NOON + 300 * 86_400_000;
    await list.refresh();
    expect(list.cursorId).toBe(id);
    expect(list.cursor).toBeGreaterThan(100);
  });

  it("moves to the item that took its place when the item under the cursor leaves the queue", async () => {
    const { backend, list } = await make();
    list.look({ from: 0, to: 12 });
    list.moveTo(3);
    const after = list.row(4)?.id;
    const item = backend.items.get(list.cursorId ?? "");
    if (item) item.phase = "completed";
    await list.refresh();
    expect(list.cursor).toBe(3);
    expect(list.cursorId).toBe(after);
  });

  it("fetches what a long range needs before selecting it", async () => {
    const { list } = await make();
    list.moveTo(0);
    await list.extendTo(350);
    expect(list.selection.size).toBe(351);
  });

  it("never acts on what the filter hides", async () => {
    const { list } = await make();
    list.moveTo(0);
    await list.extendTo(60);
    await list.setFilter("kind:invoice");
    const targets = await list.targets();
    const shown = new Set<string>();
    for (let at = 0; at < (list.total ?? 0); at += PAGE) list.look({ from: at, to: at + 10 });
    await new Promise((done) => setTimeout(done, 20));
    for (let at = 0; at < (list.total ?? 0); at++) shown.add(list.row(at)?.id ?? "");
    expect(targets.length).toBeGreaterThan(0);
    expect(targets.length).toBeLessThan(61);
    expect(targets.every((id) => shown.has(id))).toBe(true);
    expect(list.dropped).toBe(61 - targets.length);
  });

  it("selects all that match only when asked, the unseen included", async () => {
    const { list } = await make();
    list.look({ from: 0, to: 14 });
    list.selectInView();
    expect(list.selection.size).toBe(14);
    await list.selectAllMatching();
    expect(list.selection.size).toBe(list.total);
  });

  it("ignores the answer to a question that was replaced", async () => {
    const { list } = await make();
    const slow = list.setFilter("kind:ticket");
    const last = list.setFilter("kind:invoice");
    await Promise.all([slow, last]);
    expect(list.row(0)?.kind).toBe("invoice");
  });

  it("takes anew with its rows what is not on this device", async () => {
    const { backend, list } = await make();
    await list.show("closed");
    expect(list.elsewhere).toContain("1480 items");
    await backend.setKeep(null);
    backend.step();
    await list.refresh();
    expect(list.elsewhere).toBeNull();
  });

  it("reports a failure and stays usable", async () => {
    const { backend, list, failures } = await make();
    backend.failNext = { code: "cache", message: "The disk is full.", request_id: null };
    await list.refresh();
    expect(failures).toHaveLength(1);
    expect(list.row(0)).toBeDefined();
  });
});

describe("filter text", () => {
  it("is taken apart at blanks outside quotes", () => {
    expect(termsOf('stage:legal -kind:invoice client:"Oak Street" "annual report" words')).toEqual([
      "stage:legal",
      "-kind:invoice",
      'client:"Oak Street"',
      '"annual report"',
      "words",
    ]);
  });

  it("takes a term once, and gives it back", () => {
    expect(withTerm("a", "is:stuck")).toBe("a is:stuck");
    expect(withTerm("a is:stuck", "is:stuck")).toBe("a is:stuck");
    expect(withoutTerm("a is:stuck b", 1)).toBe("a b");
  });
});
