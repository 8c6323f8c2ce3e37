import { describe, expect, it, vi } from "vitest";
import { KeyListener, type KeySituation } from "$lib/keyboard/listener";
import { caps, describe as nameKey, keyOf } from "$lib/keyboard/keys";
import { entriesFor } from "$lib/keyboard/palette";
import { BINDINGS, conflicts, keyFor } from "$lib/keyboard/registry";

const plain = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };

function listening(situation: Partial<KeySituation> = {}) {
  const run = vi.fn();
  let now = 0;
  const listener = new KeyListener(
    () => ({ modal: false, singleKeys: true, contexts: ["queue", "global"], ...situation }),
    run,
    () => now,
  );
  const press = (key: string, init: KeyboardEventInit = {}, target: HTMLElement = document.body) => {
    const event = new KeyboardEvent("keydown", { key, cancelable: true, bubbles: true, ...init });
    Object.defineProperty(event, "target", { value: target });
    listener.handle(event);
    return event;
  };
  return { run, press, wait: (ms: number) => (now += ms) };
}

describe("the registry of keys", () => {
  it("gives no key to two commands", () => {
    expect(conflicts()).toEqual([]);
  });

  it("notices a key that is given twice, and one that hides a sequence", () => {
    const [first] = BINDINGS;
    if (!first) throw new Error("no bindings");
    expect(conflicts([first, { ...first, id: "help" }])).not.toEqual([]);
    expect(
      conflicts([
        { ...first, keys: ["g i"] },
        { ...first, id: "help", keys: ["g"] },
      ]),
    ).toEqual(["g: help hides a sequence"]);
  });

  it("never approves with e", () => {
    expect(BINDINGS.some((one) => one.keys.includes("e"))).toBe(false);
  });

  it("has the keys that people know", () => {
    const known = {
      approve: "a",
      request_changes: "c",
      reassign: "m",
      escalate: "f",
      note_internally: "n",
      filter: "/",
    } as const;
    for (const [id, key] of Object.entries(known)) expect(keyFor(id as keyof typeof known)).toBe(key);
  });

  it("says every command in words", () => {
    for (const one of BINDINGS) expect(one.label, one.id).toMatch(/\w{2}/);
  });
});

describe("naming a key", () => {
  it("takes Ctrl as Mod, and on a Mac Command", () => {
    expect(nameKey({ ...plain, key: "k", ctrlKey: true }, { mac: false })).toBe("Mod+k");
    expect(nameKey({ ...plain, key: "k", metaKey: true }, { mac: true })).toBe("Mod+k");
    expect(nameKey({ ...plain, key: "k", ctrlKey: true }, { mac: true })).toBe("Meta+k");
  });

  it("takes Shift as part of what a symbol is, and says it with letters", () => {
    expect(nameKey({ ...plain, key: "?", shiftKey: true })).toBe("?");
    expect(nameKey({ ...plain, key: "J", shiftKey: true })).toBe("Shift+j");
    expect(nameKey({ ...plain, key: "ArrowDown", shiftKey: true })).toBe("Shift+ArrowDown");
  });

  it("ignores composition, AltGr, dead keys and modifiers alone", () => {
    expect(keyOf(new KeyboardEvent("keydown", { key: "a", isComposing: true }))).toBeNull();
    expect(keyOf(new KeyboardEvent("keydown", { key: "a", modifierAltGraph: true }))).toBeNull();
    expect(keyOf(new KeyboardEvent("keydown", { key: "Dead" }))).toBeNull();
    expect(keyOf(new KeyboardEvent("keydown", { key: "Shift" }))).toBeNull();
  });

  it("draws caps for each platform", () => {
    expect(caps("Mod+Enter", { mac: false })).toEqual(["Ctrl", "↵"]);
    expect(caps("Mod+k", { mac: true })).toEqual(["⌘", "K"]);
    expect(caps("g i")).toEqual(["G", "I"]);
  });
});

describe("listening to keys", () => {
  it("goes on through the list while a key is held down, and decides once", () => {
    const { run, press } = listening();
    press("j");
    press("j", { repeat: true });
    expect(run.mock.calls.map(([id]) => id)).toEqual(["next", "next"]);
    run.mockClear();
    press("a");
    expect(press("a", { repeat: true }).defaultPrevented).toBe(true);
    expect(run.mock.calls.map(([id]) => id)).toEqual(["approve"]);
  });

  it("runs a command and keeps the browser from acting on the key", () => {
    const { run, press } = listening();
    expect(press("a").defaultPrevented).toBe(true);
    expect(run).toHaveBeenCalledExactlyOnceWith("approve");
  });

  it("reads a sequence, and forgets it after a while", () => {
    const { run, press, wait } = listening();
    press("g");
    press("q");
    expect(run).toHaveBeenLastCalledWith("goTeam");
    press("g");
    wait(5000);
    press("i");
    expect(run).toHaveBeenCalledTimes(1);
  });

  it("does not take the second key of a sequence for a shortcut of its own", () => {
    const { run, press } = listening();
    press("g");
    press("d");
    expect(run).toHaveBeenCalledExactlyOnceWith("goBottleneck");
  });

  it("leaves single keys alone while somebody types", () => {
    const { run, press } = listening();
    const field = document.createElement("textarea");
    press("a", {}, field);
    press("Mod", {}, field);
    expect(run).not.toHaveBeenCalled();
    press("k", { ctrlKey: true }, field);
    expect(run).toHaveBeenCalledExactlyOnceWith("palette");
  });

  it("rests while a dialog is open", () => {
    const { run, press } = listening({ modal: true });
    press("a");
    press("k", { ctrlKey: true });
    expect(run).not.toHaveBeenCalled();
  });

  it("gives up single keys, and only those, when they are switched off", () => {
    const { run, press } = listening({ singleKeys: false });
    press("a");
    press("g");
    press("q");
    expect(run).not.toHaveBeenCalled();
    press("ArrowDown");
    press("z", { ctrlKey: true });
    expect(run.mock.calls).toEqual([["next"], ["undo"]]);
  });

  it("leaves Enter to a focused button", () => {
    const { run, press } = listening();
    press("Enter", {}, document.createElement("button"));
    expect(run).not.toHaveBeenCalled();
  });

  it("acts on items only where a queue is shown", () => {
    const { run, press } = listening({ contexts: ["global"] });
    press("a");
    expect(run).not.toHaveBeenCalled();
  });
});

describe("the palette", () => {
  it("offers a reference first", () => {
    expect(entriesFor("acme-142", true, true)[0]).toMatchObject({ kind: "item", reference: "acme-142" });
  });

  it("finds commands by the start of any word and by initials", () => {
    expect(entriesFor("bottle", true, true)[0]).toMatchObject({ id: "goBottleneck" });
    expect(entriesFor("rc", true, true)[0]).toMatchObject({ id: "request_changes" });
  });

  it("does not offer what cannot be seen: actions outside a queue, bottlenecks to those who do not lead", () => {
    expect(entriesFor("", true, false).some((one) => one.kind === "command" && one.id === "approve")).toBe(false);
    expect(entriesFor("", false, true).some((one) => one.kind === "command" && one.id === "goBottleneck")).toBe(false);
  });
});
