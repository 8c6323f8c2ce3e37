import { describe, expect, it, vi } from "vitest";
import { CalendarsModel } from "$lib/administration/calendars.svelte";
import type { Collection, Made } from "$lib/administration/collection.svelte";
import { Journeys } from "$lib/administration/journeys.svelte";
import type { AdministrationBackend } from "$lib/backend/administration";
import { failure } from "$lib/backend/fake/fake";
import type { CalendarSummary, CalendarView, JourneysView, PublishedJourneyView } from "$lib/generated";
import { Toasts } from "$lib/toasts.svelte";

/** An answer that comes when the test says so. */
class Later<T> {
  resolve!: (value: T) => void;
  reject!: (reason: unknown) => void;
  readonly promise = new Promise<T>((resolve, reject) => Object.assign(this, { resolve, reject }));
}

/** What was asked of the portal, in order, each to be answered by the test. */
interface Portal {
  lists: Later<string[]>[];
  ones: { key: string; answer: Later<string> }[];
}

function open(which: "journeys" | "calendars") {
  const portal: Portal = { lists: [], ones: [] };
  const askList = () => {
    const asked = new Later<string[]>();
    portal.lists.push(asked);
    return asked.promise;
  };
  const askOne = (key: string) => {
    const answer = new Later<string>();
    portal.ones.push({ key, answer });
    return answer.promise;
  };
  const entries = (keys: string[]) => keys.map((key) => ({ key, name: key, versions: [], kinds: [], kept_by: [] }));
  const backend = {
    journeys: async () => ({ journeys: entries(await askList()), cohorts: [], examples: [] }) as JourneysView,
    journey: async (key: string) => ({ key, name: await askOne(key) }) as unknown as PublishedJourneyView,
    calendars: async () => entries(await askList()) as unknown as CalendarSummary[],
    calendar: async (key: string) => ({ form: { key, name: await askOne(key) } }) as unknown as CalendarView,
  } as unknown as AdministrationBackend;
  const failed = vi.fn();
  const toasts = new Toasts(() => 0);
  const collection: Collection<Made> =
    which === "journeys" ? new Journeys(backend, toasts, failed) : new CalendarsModel(backend, toasts, failed);
  const shown = () => {
    const one = collection.shown as { name?: string; form?: { name: string } } | null;
    return one?.name ?? one?.form?.name ?? null;
  };
  return { collection, portal, failed, shown };
}

describe.each(["journeys", "calendars"] as const)("a collection of %s", (which) => {
  it("opens the first that there is", async () => {
    const { collection, portal, shown } = open(which);
    const loading = collection.load();
    expect(collection.list).toBeNull();
    portal.lists[0]!.resolve(["a", "b"]);
    await vi.waitFor(() => expect(portal.ones).toHaveLength(1));
    expect(collection.key).toBe("a");
    expect(shown()).toBeNull();
    portal.ones[0]!.answer.resolve("A");
    await loading;
    expect(shown()).toBe("A");
    expect(collection.summary?.key).toBe("a");
  });

  it("does not open the first over what is written anew", async () => {
    const { collection, portal } = open(which);
    const loading = collection.load();
    collection.mode = "write";
    portal.lists[0]!.resolve(["a"]);
    await loading;
    expect(portal.ones).toEqual([]);
    expect(collection.key).toBeNull();
    void collection.leave();
    expect(collection.mode).toBe("read");
    expect(collection.key).toBe("a");
  });

  it("shows the answer to what was asked last, whichever comes last", async () => {
    const { collection, portal, shown } = open(which);
    const both = [collection.open("a"), collection.open("b")];
    portal.ones[1]!.answer.resolve("B");
    portal.ones[0]!.answer.resolve("A");
    await Promise.all(both);
    expect(collection.key).toBe("b");
    expect(shown()).toBe("B");

    const lists = [collection.load(), collection.load()];
    portal.lists[1]!.resolve(["b", "c"]);
    portal.lists[0]!.resolve(["a"]);
    await Promise.all(lists);
    expect(collection.list?.map((one) => one.key)).toEqual(["b", "c"]);
  });

  it("keeps what is shown while it is read again, and drops it for another", async () => {
    const { collection, portal, shown } = open(which);
    const first = collection.open("a");
    portal.ones[0]!.answer.resolve("A");
    await first;
    const again = collection.open("a");
    expect(shown()).toBe("A");
    portal.ones[1]!.answer.reject(failure("offline", "The portal cannot be reached."));
    await again;
    expect(shown()).toBe("A");
    expect(collection.asking.failure?.code).toBe("offline");
    void collection.open("b");
    expect(shown()).toBeNull();
    expect(collection.asking.failure).toBeNull();
  });

  it("says that nothing could be read in its place, and that nothing new could in a notice", async () => {
    const { collection, portal, failed } = open(which);
    const offline = failure("offline", "The portal cannot be reached.");
    const first = collection.load();
    portal.lists[0]!.reject(offline);
    await first;
    expect(collection.failure).toEqual(offline);
    expect(failed).not.toHaveBeenCalled();

    const second = collection.load();
    portal.lists[1]!.resolve([]);
    await second;
    expect(collection.failure).toBeNull();

    const third = collection.load();
    portal.lists[2]!.reject(offline);
    await third;
    expect(collection.failure).toBeNull();
    expect(collection.list).toEqual([]);
    expect(failed).toHaveBeenCalledWith(offline);
  });

  it("hears no answer that comes after it was forgotten", async () => {
    const { collection, portal, shown } = open(which);
    const asked = [collection.load(), collection.open("a")];
    collection.forget();
    portal.lists[0]!.resolve(["a"]);
    portal.ones[0]!.answer.resolve("A");
    await Promise.all(asked);
    expect(collection.list).toBeNull();
    expect(collection.key).toBeNull();
    expect(shown()).toBeNull();
  });
});
