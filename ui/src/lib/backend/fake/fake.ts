/** The engine in memory, over a sample organisation. Deterministic: the clock and the size are given. */
import type {
  AbsenceDraft,
  AbsenceView,
  ActItemResult,
  ActResult,
  BottleneckView,
  Connection,
  ClientRef,
  CoverageAbout,
  CoverageAnswer,
  EngineEvent,
  Failure,
  FailureCode,
  FileRules,
  GroupBy,
  ItemView,
  JournalLine,
  KeepView,
  ListPage,
  ListQuery,
  NewerItem,
  NewItemChoices,
  OutboxLine,
  PersonRef,
  QueueCount,
  Request,
  SavedAbsenceView,
  Seen,
  SessionView,
  StagedFile,
  SyncStatus,
  Target,
} from "$lib/generated";
import type { Backend, Credentials } from "../backend";
import { Absences } from "./absences";
import { FakeAdministration, NEEDS_THE_PORTAL } from "./administration";
import { Outbox } from "./commands";
import { Files } from "./files";
import { choices } from "./forms";
import { Keep } from "./keep";
import { COMPANIES, newerItems, STAFF } from "./names";
import type { FakeOptions } from "./options";
import { buildItems, type FakeItem } from "./organisation";
import { ALL, Queues } from "./queues";
import { digestOf } from "./random";
import { bottleneck, STUCK } from "./reports";
import { person, waitingOn } from "./reviews";
import { EMAIL, signedIn, signedOut } from "./session";
import { buildShowcase, idOf } from "./showcase";
import { itemView, rowOf } from "./views";

export function failure(code: FailureCode, message: string, request_id: string | null = null): Failure {
  return { code, message, request_id };
}

/** As the engine says it. */
const noItem = (reference: string) =>
  `There is no item ${reference} among those that you may see (as of the last sync).`;

export class FakeBackend implements Backend {
  readonly items: Map<string, FakeItem>;
  readonly outboxState: Outbox;
  readonly absencesState: Absences;
  readonly administration: FakeAdministration;
  readonly files = new Files();
  readonly keep: Keep;
  newer: NewerItem[];
  /** What was asked about absences, for tests. */
  readonly absenceDrafts: { draft: AbsenceDraft; checkOnly: boolean }[] = [];
  readonly options: FakeOptions;
  /** What was asked, for tests. */
  readonly acts: { targets: Target[]; request: Request }[] = [];
  connection: Connection;
  paintedMs: number | null = null;
  failNext: Failure | null = null;
  #listeners = new Set<(event: EngineEvent) => void>();
  #session: SessionView;
  #preferences: Record<string, unknown> = {};
  #now: () => number;
  #lastSuccess: number;
  readonly #queues: Queues;

  constructor(options: FakeOptions = {}) {
    this.options = options;
    this.#now = options.now ?? Date.now;
    this.connection = options.connection ?? "online";
    this.#lastSuccess = this.#now() - (this.connection === "offline" ? 47 * 60_000 : 8_000);
    const showcase = options.showcase ? buildShowcase(this.#now()) : [];
    const items = [...showcase, ...buildItems(options.items ?? 400, this.#now())];
    this.items = new Map(items.map((item) => [item.id, item]));
    this.#preferences = options.preferences ?? {};
    this.outboxState = new Outbox(this.items, this.#now);
    this.keep = new Keep(this.#now);
    this.newer = newerItems(options.newer ?? 0);
    this.#queues = new Queues(this.items, this.outboxState, this.#now);
    const leads = options.roles?.includes("team_lead") ?? true;
    this.absencesState = new Absences(this.#now, options.absences ?? true, leads);
    this.administration = new FakeAdministration((compute) =>
      this.#answer(() => {
        if (this.connection === "offline") throw failure("offline", NEEDS_THE_PORTAL);
        return compute();
      }),
    );
    if (options.seeded) {
      const ids = this.#queues.ids({ ...ALL, queue: "team" }).filter((id) => !id.startsWith("i-show-"));
      this.outboxState.seed(ids.slice(2, 7));
    }
    this.#session = options.signedIn === false ? signedOut() : signedIn(EMAIL, options);
    if (options.live) setInterval(() => this.step(), 1000);
  }

  /** Lets the engine work: commands move along, and listeners hear of it. */
  step(): void {
    const online = this.connection === "online";
    const ids = this.outboxState.step(online);
    if (online) this.#lastSuccess = this.#now();
    const everything = online && this.keep.fit();
    if (everything || ids.length > 0) this.changed(ids, everything);
  }

  changed(ids: string[], everything = false): void {
    this.#queues.forget();
    this.emit({ event: "changed", ids, everything });
    this.emit({ event: "status", status: this.#status() });
  }

  emit(event: EngineEvent): void {
    this.#listeners.forEach((listener) => listener(event));
  }

  /** The client hands in another version: content and round change. */
  resubmitUnderneath(id: string): void {
    const item = this.items.get(id);
    if (!item) return;
    item.round += 1;
    item.content = digestOf(`${id}:${item.round}`);
    item.updatedAt = this.#now();
    this.changed([id]);
  }

  session = () => this.#answer(() => this.#session);

  signIn = (credentials: Credentials) =>
    this.#answer(() => {
      if (this.connection === "offline") throw failure("offline", "The portal cannot be reached. Nothing was sent.");
      if (credentials.password === "wrong") throw failure("wrong_password", "Email and password do not go together.");
      if (!/^https?:\/\//.test(credentials.portal)) throw failure("invalid", "This is not an address of a portal.");
      this.#session = signedIn(credentials.email, this.options);
      this.emit({ event: "session" });
      return this.#session;
    });

  signOut = (discardPending: boolean) =>
    this.#answer(() => {
      const pending = this.outboxState.pending;
      if (pending > 0 && !discardPending)
        throw failure("pending_changes", `${pending} changes have not reached the portal yet.`);
      this.#session = signedOut();
      return this.#session;
    });

  queueCounts = () => this.#answer((): QueueCount[] => this.#queues.counts());

  list = (query: ListQuery) =>
    this.#answer((): ListPage => {
      const { items, problems } = this.#queues.sorted(query);
      const shown = items.slice(query.offset, query.offset + query.limit);
      const rows = shown.map((item) => rowOf(item, this.#now(), this.outboxState.markOf(item.id)));
      const definition = query.queue === "stuck" ? STUCK : null;
      const elsewhere = query.queue === "closed" ? this.keep.sentence : null;
      return { total: items.length, offset: query.offset, rows, problems, definition, elsewhere };
    });

  matchingIds = (query: ListQuery) => this.#answer(() => this.#queues.ids(query));

  item = (id: string) =>
    this.#answer((): ItemView => {
      const item = this.items.get(id);
      if (!item)
        throw failure("not_found", "This item is not in the cache. It may have been removed.", "req-7f3a-91c2");
      return this.#view(item);
    });

  stageFile = (file: File) => this.#answer((): StagedFile => this.files.stage(file));

  openFile = (item: string, sha256: string) =>
    this.#fetching(item, (view) => this.files.open(view, sha256, this.connection === "online"));

  saveFile = (item: string, sha256: string) =>
    this.#fetching(item, (view) => this.files.save(view, sha256, this.connection === "online"));

  cancelFile = (_sha256: string) => this.#answer(() => {});

  fileRules = () => this.#answer((): FileRules => this.files.rules);

  setFileRules = (rules: FileRules) => this.#answer(() => void (this.files.rules = rules));

  filesSize = () => this.#answer(() => this.files.size);

  findItem = (reference: string) =>
    this.#answer(() => {
      const found = [...this.items.values()].find((item) => item.reference === reference.toUpperCase());
      if (!found) throw failure("not_found", noItem(reference.toUpperCase()));
      return found.id;
    });

  newerItems = () => this.#answer((): NewerItem[] => this.newer);

  act = (targets: Target[], request: Request) =>
    this.#answer((): ActResult => {
      this.acts.push({ targets, request });
      const result = this.outboxState.act(targets, request);
      queueMicrotask(() => this.changed(result.results.map((one) => one.id)));
      return result;
    });

  predict = (targets: Target[], request: Request) =>
    this.#answer((): ActItemResult[] => this.outboxState.predict(targets, request));

  undo = (batch: string) =>
    this.#answer(() => {
      const ids = this.outboxState.commands.filter((one) => one.batch === batch).map((one) => one.item);
      const count = this.outboxState.undo(batch);
      queueMicrotask(() => this.changed(ids));
      return count;
    });

  candidates = (ids: string[], action: "reassign" | "escalate") =>
    this.#answer((): PersonRef[] => {
      if (action === "escalate") return STAFF.slice(1, 4).map(person);
      const seated = ids.flatMap((id) => this.#seated(id));
      return STAFF.filter((one) => !seated.includes(one)).map(person);
    });

  newItemChoices = () =>
    this.#answer((): NewItemChoices => (this.options.items === 0 ? { clients: [], journeys: [] } : choices()));

  outbox = () => this.#answer((): OutboxLine[] => this.outboxState.lines());

  kept = () => this.#answer((): KeepView => this.keep.view(this.items.size));

  setKeep = (months: number | null) => {
    this.keep.months = months;
    return this.kept();
  };

  outboxRetry = (command: string) => this.#outboxDo(() => this.outboxState.retry(command));

  outboxDecideAgain = (command: string, seen: Seen) =>
    this.#answer((): ActResult => {
      const result = this.outboxState.decideAgain(command, seen);
      queueMicrotask(() => this.changed(result.results.map((one) => one.id)));
      return result;
    });

  journal = (limit: number) => this.#answer((): JournalLine[] => this.outboxState.journal.slice(0, limit));

  outboxDiscard = (command: string) => this.#outboxDo(() => this.outboxState.discard(command));

  syncNow = () => this.#answer(() => this.step());

  networkIsBack = () => this.#answer(() => this.step());

  syncStatus = () => this.#answer(() => this.#status());

  bottleneck = (groupBy: GroupBy, filter: string) =>
    this.#answer((): BottleneckView => {
      const { items } = this.#queues.matching({ ...ALL, filter });
      return bottleneck(items, groupBy, filter, this.#now());
    });

  absences = () => this.#answer((): AbsenceView[] => this.absencesState.current());

  earlyReturn = (id: string) => this.#answer((): AbsenceDraft => this.absencesState.endingNow(id));

  saveAbsence = (draft: AbsenceDraft, checkOnly: boolean) =>
    this.#answer((): SavedAbsenceView => {
      const offline = this.connection === "offline";
      if (offline && !checkOnly) throw failure("offline", "The portal cannot be reached. Nothing was saved.", null);
      this.absenceDrafts.push({ draft, checkOnly });
      const saved = { ...this.absencesState.save(draft, checkOnly), here: offline };
      const errors = saved.notices.filter((notice) => notice.severity === "error");
      if (!checkOnly && errors.length > 0)
        throw failure("refused", errors.map((notice) => notice.sentence).join(" "), "req-51bd-0c7e");
      if (saved.saved) queueMicrotask(() => this.changed([], true));
      return saved;
    });

  /** What was asked about coverage, for tests. */
  readonly coverageAsked: CoverageAbout[] = [];
  coverage = (of: string, from: number, until: number, about: CoverageAbout) =>
    this.#answer((): CoverageAnswer[] => {
      this.coverageAsked.push(about);
      const item = about.item === undefined ? undefined : this.items.get(about.item);
      return this.absencesState.answers(of, from, until, about, item && `${item.reference} ${item.title}`);
    });

  staff = () => this.#answer((): PersonRef[] => STAFF.map(person).sort((a, b) => a.name.localeCompare(b.name, "en")));

  clients = () =>
    this.#answer((): ClientRef[] =>
      COMPANIES.map(({ id, name, code }) => ({ id, name, code })).sort((a, b) => a.name.localeCompare(b.name, "en")),
    );

  preferences = () => this.#answer(() => this.#preferences);

  setPreferences = (preferences: Record<string, unknown>) =>
    this.#answer(() => {
      this.#preferences = preferences;
    });

  painted = (ms: number) =>
    this.#answer(() => {
      this.paintedMs = ms;
    });

  listen = async (onEvent: (event: EngineEvent) => void) => {
    this.#listeners.add(onEvent);
    const { show } = this.options;
    if (show) setTimeout(() => onEvent({ event: "focus", id: idOf(show) }), 250);
    return () => void this.#listeners.delete(onEvent);
  };

  #seated(id: string) {
    const item = this.items.get(id);
    return item ? waitingOn(item) : [];
  }

  async #answer<T>(compute: () => T): Promise<T> {
    if (this.options.delay) await new Promise((done) => setTimeout(done, this.options.delay));
    if (this.failNext) {
      const failed = this.failNext;
      this.failNext = null;
      throw failed;
    }
    return compute();
  }

  #view(item: FakeItem): ItemView {
    const view = itemView(item, this.#now(), this.outboxState.markOf(item.id), this.outboxState.lines(item.id));
    this.files.mark(view.attachments, this.outboxState.waitingContent);
    return view;
  }

  #fetching<T>(id: string, use: (view: ItemView) => T): Promise<T> {
    return this.#answer(() => {
      const item = this.items.get(id);
      if (!item) throw failure("not_found", "This item is not in sight any more.");
      queueMicrotask(() => this.changed([id]));
      return use(this.#view(item));
    });
  }

  #outboxDo(change: () => void): Promise<void> {
    return this.#answer(() => {
      change();
      queueMicrotask(() => this.changed([], true));
    });
  }

  #status(): SyncStatus {
    const offline = this.connection === "offline";
    return {
      connection: this.connection,
      syncing: false,
      last_success: this.connection === "bootstrapping" ? null : this.#lastSuccess,
      next_try: offline ? this.#now() + 40_000 : null,
      problem: offline ? "The portal does not answer." : null,
      request_id: null,
      pending: this.outboxState.pending,
      attention: this.outboxState.attention,
      bootstrap: this.connection === "bootstrapping" ? { done: 1240, total: 3200 } : null,
      cached_items: this.items.size,
      newer_items: this.newer.length,
    };
  }
}
