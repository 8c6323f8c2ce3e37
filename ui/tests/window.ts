/** Opens the whole window over the sample organisation, with a clock that stands still. */
import { fireEvent, render, screen, waitFor, within } from "@testing-library/svelte";
import { expect } from "vitest";
import App from "../src/App.svelte";
import type { App as AppState } from "$lib/app.svelte";
import { FakeBackend, type FakeOptions } from "$lib/backend/fake";
import { idOf, type Shown } from "$lib/backend/fake/showcase";

export const NOON = Date.UTC(2026, 10, 24, 11, 0);

export interface Opened {
  backend: FakeBackend;
  app: AppState;
  time: { now: number };
  container: HTMLElement;
}

export async function openWindow(options: FakeOptions = {}): Promise<Opened> {
  const time = { now: NOON };
  const backend = new FakeBackend({ items: 900, delay: 0, now: () => time.now, ...options });
  let app: AppState | undefined;
  const { container } = render(App, {
    backend,
    options: { now: () => time.now },
    onapp: (made: AppState) => (app = made),
  });
  if (!app) throw new Error("the window gave no state");
  const opened = { backend, app, time, container };
  if (options.signedIn === false) await screen.findByTestId("sign-in-submit");
  else if (options.items !== 0) {
    await screen.findByTestId("item-list");
    await waitFor(() => expect(opened.app.reading.item).not.toBeNull());
  } else await screen.findByTestId("empty");
  return opened;
}

/** Opens the window on an item that shows one state. */
export async function openOn(shown: Shown, options: FakeOptions = {}): Promise<Opened> {
  const opened = await openWindow({ items: 60, showcase: true, ...options });
  await opened.app.openItem(idOf(shown));
  await paneShows(opened.backend.items.get(idOf(shown))?.reference);
  return opened;
}

/** Presses a key where the focus is, as a person would. */
export async function press(key: string, modifiers: KeyboardEventInit = {}): Promise<void> {
  const target = document.activeElement ?? document.body;
  await fireEvent.keyDown(target, { key, bubbles: true, cancelable: true, ...modifiers });
}

export const rows = () => screen.getAllByTestId("row");
export const references = () => rows().map((row) => row.dataset.ref ?? "");
/** The row under the cursor. */
export const cursor = () => rows().find((row) => row.classList.contains("active"))?.dataset.ref;
export const row = (reference: string) => rows().find((one) => one.dataset.ref === reference);
export const pane = () => within(screen.getByTestId("item-pane"));

export async function paneShows(reference: string | undefined): Promise<void> {
  await waitFor(() => expect(screen.getByTestId("item-pane").dataset.ref).toBe(reference));
}

export async function go(queue: string): Promise<void> {
  await fireEvent.click(screen.getByTestId(`queue-${queue}`));
  await waitFor(() => expect(screen.getByTestId(`queue-${queue}`).getAttribute("aria-current")).toBe("page"));
  await waitFor(() => expect(document.activeElement).toBe(screen.getByTestId("item-list")));
}

/** Moves to the first row for which the engine would accept the action. */
export async function standOnAllowed(opened: Opened, action: string, allowed = true): Promise<string> {
  for (let at = 0; at < (opened.app.list.total ?? 0); at++) {
    const row = opened.app.list.row(at);
    if (!row) break;
    const item = await opened.backend.item(row.id);
    if (item.actions.find((one) => one.action === action)?.allowed !== allowed) continue;
    opened.app.list.moveTo(at);
    await paneShows(row.reference);
    return row.reference;
  }
  throw new Error(`no row ${allowed ? "allows" : "refuses"} ${action}`);
}
