/** The window's state: session, page, queue, item, outbox. Components read it and call it; the engine decides. */
import { createContext, untrack } from "svelte";
import { asFailure, type Backend } from "$lib/backend/backend";
import { Administration, type Part } from "$lib/administration/administration.svelte";
import { Away } from "$lib/away/away.svelte";
import { Coverage } from "$lib/away/coverage.svelte";
import { Bottlenecks } from "$lib/bottleneck/bottlenecks.svelte";
import type { EngineEvent, Queue, QueueCount, SessionView, SyncStatus } from "$lib/generated";
import { Acting } from "$lib/item/acting.svelte";
import { Files } from "$lib/item/files.svelte";
import { NewItem } from "$lib/item/newItem.svelte";
import { Reading } from "$lib/item/reading.svelte";
import { OutboxModel } from "$lib/outbox/outbox.svelte";
import { Preferences } from "$lib/preferences.svelte";
import { ListModel } from "$lib/queue/list.svelte";
import { Clock } from "$lib/time/clock.svelte";
import { text } from "$lib/text/en";
import { Toasts } from "$lib/toasts.svelte";

export type Page = "queue" | "outbox" | "bottleneck" | "away" | "administration";
export type Overlay = "palette" | "help" | "settings" | "sign_out" | "new_item" | "newer_items";

/** So long the frame waits for the first queue; then it is drawn without. In ms. */
const FIRST_MS = 100;

export interface AppOptions {
  now?: () => number;
}

export class App {
  session = $state.raw<SessionView | null>(null);
  status = $state.raw<SyncStatus | null>(null);
  counts = $state.raw<QueueCount[]>([]);
  page = $state<Page>("queue");
  overlay = $state<Overlay | null>(null);
  /** Menus of ours that have the keys while they are open. */
  menus = $state(0);

  /** How often the window was read again: what a component asks for by itself, it asks for anew then. */
  readings = $state(0);

  /** The first queue was on the screen. */
  shown = $state(false);

  readonly clock: Clock;
  readonly preferences: Preferences;
  readonly toasts: Toasts;
  readonly list: ListModel;
  readonly reading: Reading;
  readonly acting: Acting;
  readonly outbox: OutboxModel;
  readonly files: Files;
  readonly newItem: NewItem;
  readonly bottlenecks: Bottlenecks;
  readonly away: Away;
  readonly coverage: Coverage;
  readonly administration: Administration;
  readonly now: () => number;
  /** The list component and the filter put their focus functions here. */
  focusList: () => void = () => {};
  focusFilter: () => void = () => {};
  openMore: () => void = () => {};

  #stop: (() => void)[] = [];
  #soon: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly backend: Backend,
    options: AppOptions = {},
  ) {
    this.now = options.now ?? Date.now;
    const fail = (error: unknown) => this.fail(error);
    this.clock = new Clock(this.now);
    this.preferences = new Preferences(backend, fail);
    this.toasts = new Toasts(this.now);
    this.list = new ListModel(backend, fail, this.now);
    this.reading = new Reading(backend);
    this.outbox = new OutboxModel(backend, this.toasts, fail);
    this.bottlenecks = new Bottlenecks(backend, fail);
    this.away = new Away(backend, this.toasts, fail);
    this.coverage = new Coverage(backend, fail);
    this.administration = new Administration(backend.administration, this.toasts, fail);
    this.acting = new Acting(backend, this.list, this.reading, this.toasts, () => this.paneOpen, fail, this.now);
    this.newItem = new NewItem(backend, fail, (what, result) => this.acting.submitted(what, result));
    this.files = new Files(backend, this.toasts, (name, result) => this.acting.attached(name, result), fail);
  }

  get signedIn() {
    return this.session?.state === "signed_in" ? this.session : null;
  }

  get zone(): string | undefined {
    return this.signedIn?.time_zone;
  }

  get leads(): boolean {
    return this.signedIn?.roles.some((role) => role === "team_lead" || role === "portal_admin") ?? false;
  }

  /** Whether there may be something to key in; for which client, the engine says. */
  get keysIn(): boolean {
    return this.signedIn?.roles.some((role) => role === "internal_owner" || role === "team_lead") ?? false;
  }

  /** Whether there is anything to administer, the engine says. */
  get arranges(): boolean {
    return this.signedIn?.arranges ?? false;
  }

  openAdministration(part: Part): void {
    if (!this.arranges) return;
    this.openPage("administration");
    void this.administration.turn(part);
  }

  openNewItem(): void {
    if (this.keysIn) this.overlay = "new_item";
    else this.toasts.notice(text.actions.newItem.nobodyBody);
  }

  /** In a tight window list and pane take turns, and it starts with the list. */
  tight = $state(false);
  #tightPane = $state(false);

  get paneOpen(): boolean {
    return this.tight ? this.#tightPane : this.preferences.paneOpen;
  }

  get modal(): boolean {
    return this.overlay !== null || this.menus > 0 || this.acting.composing?.place === "sheet";
  }

  /** A menu has the keys until the returned function is called. */
  holdKeys(): () => void {
    untrack(() => (this.menus += 1));
    return () => untrack(() => (this.menus -= 1));
  }

  /** What went wrong, where it can be seen. */
  fail(error: unknown): void {
    const failure = asFailure(error);
    this.toasts.failed(failure, failure.message || text.frame.failure.unknown);
  }

  async start(): Promise<void> {
    this.#stop.push(this.clock.start());
    try {
      this.#stop.push(await this.backend.listen((event) => this.#hear(event)));
      // Asked for all at once, so that the first queue is drawn together with what is around it.
      const first = this.list.show("my_turn");
      const [session] = await Promise.all([
        this.backend.session(),
        this.preferences.load().catch((error: unknown) => this.fail(error)),
        Promise.race([first, new Promise((done) => setTimeout(done, FIRST_MS))]),
      ]);
      await this.#enter(session, first);
    } catch (error) {
      this.fail(error);
      this.session ??= { state: "signed_out", portal: null, email: null, reason: null };
    }
  }

  stop(): void {
    this.#stop.forEach((stop) => stop());
    this.#stop = [];
    clearTimeout(this.#soon);
  }

  /** Takes over a session; with one, the first queue is read before anything else. */
  async #enter(session: SessionView, first?: Promise<void>): Promise<void> {
    const before = this.signedIn?.person.id;
    this.session = session;
    if (session.state !== "signed_in") {
      this.reading.show(null);
      this.acting.cancel();
      this.overlay = null;
      return;
    }
    if (before === session.person.id) return;
    this.page = "queue";
    this.away.forget();
    this.coverage.forget();
    this.administration.forget();
    await (first ?? this.list.show("my_turn"));
    void this.readAround();
    void this.backend.syncStatus().then(
      (status) => (this.status = status),
      (error) => this.fail(error),
    );
  }

  async entered(session: SessionView): Promise<void> {
    await this.#enter(session);
  }

  async signOut(discardPending: boolean): Promise<void> {
    try {
      await this.#enter(await this.backend.signOut(discardPending));
    } catch (error) {
      if (asFailure(error).code === "pending_changes") this.overlay = "sign_out";
      else this.fail(error);
    }
  }

  #hear(event: EngineEvent): void {
    switch (event.event) {
      case "changed":
        this.#readSoon();
        return;
      case "status":
        // With each contact the portal says what only it has, also where no item changed.
        if (this.status && this.status.last_success !== event.status.last_success) this.#readSoon();
        this.status = event.status;
        return;
      case "session":
        this.backend.session().then(
          (session) => this.#enter(session),
          (error) => this.fail(error),
        );
        return;
      case "transfer":
        this.files.hear(event.transfer);
        return;
      case "focus":
        void this.openItem(event.id);
        return;
    }
  }

  /** A burst of messages is one reading. */
  #readSoon(): void {
    if (!this.signedIn) return;
    clearTimeout(this.#soon);
    this.#soon = setTimeout(() => void this.readAgain(), 30);
  }

  async readAgain(): Promise<void> {
    this.clock.tick();
    this.readings += 1;
    await Promise.all([this.list.refresh(), this.reading.refresh(), this.readAround()]);
    if (this.page === "bottleneck") await this.bottlenecks.load();
    if (this.page === "away") await Promise.all([this.away.load(), this.coverage.load()]);
  }

  async readAround(): Promise<void> {
    try {
      const [counts] = await Promise.all([this.backend.queueCounts(), this.outbox.load()]);
      this.counts = counts;
    } catch (error) {
      this.fail(error);
    }
  }

  /** The first queue is on the screen. Told once. */
  painted(ms: number): void {
    if (this.shown) return;
    this.shown = true;
    this.backend.painted(ms).catch((error: unknown) => this.fail(error));
  }

  async openQueue(queue: Queue, filter = ""): Promise<void> {
    this.page = "queue";
    this.acting.cancel();
    await this.list.show(queue, filter);
    this.focusList();
  }

  openPage(page: Page): void {
    this.page = page;
    this.acting.cancel();
    if (page === "outbox") void this.outbox.load();
    if (page === "bottleneck") void this.bottlenecks.load();
  }

  setPane(open: boolean): void {
    if (this.tight) this.#tightPane = open;
    else {
      this.preferences.paneOpen = open;
      this.preferences.save();
    }
    if (!open) this.focusList();
  }

  /** Shows an item in the queue at hand, or in the one that holds everything. */
  async openItem(id: string): Promise<void> {
    try {
      this.page = "queue";
      this.setPane(true);
      if (await this.list.goTo(id)) return;
      const item = await this.backend.item(id);
      const closed = item.row.phase === "completed" || item.row.phase === "withdrawn";
      await this.list.show(closed ? "closed" : "open");
      if (!(await this.list.goTo(id))) this.reading.show(id);
    } catch (error) {
      this.fail(error);
    }
  }

  async syncNow(): Promise<void> {
    try {
      await this.backend.syncNow();
      this.status = await this.backend.syncStatus();
      await this.readAgain();
    } catch (error) {
      this.fail(error);
    }
  }
}

export const [getApp, setApp] = createContext<App>();
