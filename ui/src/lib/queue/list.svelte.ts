/** One queue as the list shows it: what is asked, the pages fetched, the cursor and the selection. */
import type { Backend } from "$lib/backend/backend";
import type { FilterProblem, ListPage, ListQuery, Queue, Row, SortBy } from "$lib/generated";
import { indexOf, type Pages, rowAt, rowsIn } from "./pages";
import { rangeOf, Selection } from "./selection.svelte";
import { PAGE, pagesOf, type Span, wanted } from "./window";

export class ListModel {
  queue = $state<Queue>("my_turn");
  filter = $state("");
  sort = $state<SortBy>("due");
  descending = $state(false);

  total = $state<number | null>(null);
  problems = $state.raw<FilterProblem[]>([]);
  /** What makes an item a member of the queue, where its name alone does not say. */
  definition = $state<string | null>(null);
  /** What may be looked for and is not on this device. */
  elsewhere = $state<string | null>(null);
  pages = $state.raw<Pages>(new Map());
  /** The row that the keyboard is on; -1 before there is one. */
  cursor = $state(-1);
  cursorId = $state<string | null>(null);
  /** The rows seen now, as the list component last reported. */
  seen = $state.raw<Span>({ from: 0, to: 0 });
  /** Told to the component: bring this row into view. */
  reveal = $state.raw<{ index: number } | null>(null);
  /** How many selected items were let go of since the filter was set. */
  dropped = $state(0);
  readonly selection = new Selection();
  /** When the item under the cursor last left the queue by itself, so that another came under it; in ms. */
  slippedAt = -Infinity;

  /** Counts questions: an answer to an older one is ignored. */
  #generation = 0;
  #inFlight = new Set<string>();
  #refreshing: Promise<void> | null = null;
  #again = false;

  constructor(
    private readonly backend: Backend,
    private readonly onFailure: (error: unknown) => void,
    private readonly now: () => number,
  ) {}

  get query(): ListQuery {
    const { queue, filter, sort, descending } = this;
    return { queue, filter, sort, descending, offset: 0, limit: PAGE };
  }

  row(index: number): Row | undefined {
    return rowAt(this.pages, index);
  }

  get cursorRow(): Row | undefined {
    const row = this.row(this.cursor);
    return row?.id === this.cursorId ? row : undefined;
  }

  /** Shows another queue, with its own filter. The selection does not follow. */
  async show(queue: Queue, filter = ""): Promise<void> {
    if (queue !== this.queue) this.definition = this.elsewhere = null;
    this.queue = queue;
    this.filter = filter;
    this.selection.clear();
    this.dropped = 0;
    await this.#ask();
  }

  async setFilter(filter: string): Promise<void> {
    if (filter === this.filter) return;
    this.filter = filter;
    this.dropped = 0;
    await this.#ask();
    await this.prune();
  }

  async setSort(sort: SortBy, descending: boolean): Promise<void> {
    this.sort = sort;
    this.descending = descending;
    const keep = this.cursorId;
    await this.#ask();
    await this.prune();
    if (keep) await this.goTo(keep);
  }

  /** Starts anew at the top. The old rows stay until the new ones are there. */
  async #ask(): Promise<void> {
    const generation = ++this.#generation;
    this.#inFlight.clear();
    try {
      const page = await this.backend.list(this.query);
      if (generation !== this.#generation) return;
      this.pages = new Map([[0, page.rows]]);
      this.#take(page);
      this.moveTo(page.total > 0 ? 0 : -1);
    } catch (error) {
      if (generation !== this.#generation) return;
      this.pages = new Map();
      this.total = 0;
      this.moveTo(-1);
      this.onFailure(error);
    }
  }

  /** What every page says of the whole. */
  #take({ total, problems, definition, elsewhere }: ListPage): void {
    this.total = total;
    this.problems = problems;
    this.definition = definition;
    this.elsewhere = elsewhere;
  }

  /** Fetches what the viewport needs and does not have. */
  look(seen: Span): void {
    this.seen = seen;
    for (const page of wanted(seen, this.total ?? 0)) if (!this.pages.has(page)) void this.#fetch(page);
  }

  async #fetch(page: number): Promise<void> {
    const generation = this.#generation;
    const key = `${generation}:${page}`;
    if (this.#inFlight.has(key)) return;
    this.#inFlight.add(key);
    try {
      const answer = await this.backend.list({ ...this.query, offset: page * PAGE });
      if (generation !== this.#generation) return;
      this.pages = new Map(this.pages).set(page, answer.rows);
      this.total = answer.total;
    } catch (error) {
      if (generation === this.#generation) this.onFailure(error);
    } finally {
      this.#inFlight.delete(key);
    }
  }

  /** Reads what is on the screen again; cursor and selection stay with their items. Calls while one runs are merged. */
  refresh(): Promise<void> {
    if (this.#refreshing) {
      this.#again = true;
      return this.#refreshing;
    }
    this.#refreshing = this.#refreshUntilQuiet().finally(() => (this.#refreshing = null));
    return this.#refreshing;
  }

  async #refreshUntilQuiet(): Promise<void> {
    do {
      this.#again = false;
      await this.#refreshOnce();
    } while (this.#again);
  }

  async #refreshOnce(): Promise<void> {
    const generation = this.#generation;
    const kept = new Set(pagesOf(this.seen));
    if (this.cursor >= 0) kept.add(Math.floor(this.cursor / PAGE));
    if (kept.size === 0) kept.add(0);
    try {
      const query = this.query;
      const answers = await Promise.all(
        [...kept].map(async (page) => [page, await this.backend.list({ ...query, offset: page * PAGE })] as const),
      );
      if (generation !== this.#generation) return;
      this.pages = new Map(answers.map(([page, answer]) => [page, answer.rows]));
      const [first] = answers;
      if (first) this.#take(first[1]);
      await this.#keepCursor(generation);
      if (this.selection.size > 0) await this.prune();
    } catch (error) {
      if (generation === this.#generation) this.onFailure(error);
    }
  }

  async #keepCursor(generation: number): Promise<void> {
    if (this.cursorId === null) {
      if (this.total) this.moveTo(0);
      return;
    }
    let found = indexOf(this.pages, this.cursorId);
    if (found < 0 && (this.total ?? 0) > this.pages.size * PAGE) {
      // It may have moved out of the pages at hand; only the engine knows.
      const ids = await this.backend.matchingIds(this.query);
      if (generation !== this.#generation) return;
      found = ids.indexOf(this.cursorId);
    }
    if (found >= 0) this.cursor = found;
    else {
      this.moveTo(Math.min(this.cursor, (this.total ?? 0) - 1));
      this.slippedAt = this.now();
    }
  }

  moveTo(index: number): void {
    this.slippedAt = -Infinity;
    const last = (this.total ?? 0) - 1;
    this.cursor = last < 0 ? -1 : Math.max(0, Math.min(last, index));
    this.cursorId = this.row(this.cursor)?.id ?? null;
    if (this.cursor >= 0) {
      this.reveal = { index: this.cursor };
      if (this.cursorId === null) void this.#settleOn(this.cursor);
    }
  }

  async #settleOn(index: number): Promise<void> {
    await this.#fetch(Math.floor(index / PAGE));
    if (this.cursor === index && this.cursorId === null) this.cursorId = this.row(index)?.id ?? null;
  }

  move(by: number): void {
    this.selection.anchor = null;
    this.moveTo(this.cursor + by);
  }

  /** Brings the cursor to an item, wherever in the queue it is. */
  async goTo(id: string): Promise<boolean> {
    let index = indexOf(this.pages, id);
    if (index < 0) index = (await this.backend.matchingIds(this.query)).indexOf(id);
    if (index < 0) return false;
    this.moveTo(index);
    return true;
  }

  toggle(index: number): void {
    const row = this.row(index);
    this.dropped = 0;
    if (row) this.selection.toggle(row.id, index);
  }

  async extendTo(index: number): Promise<void> {
    const anchor = this.selection.anchor ?? Math.max(0, this.cursor);
    this.selection.anchor = anchor;
    this.moveTo(index);
    this.selection.anchor = anchor;
    const range = rangeOf(anchor, this.cursor);
    const missing = pagesOf(range).filter((page) => !this.pages.has(page));
    await Promise.all(missing.map((page) => this.#fetch(page)));
    if (this.selection.anchor === anchor) this.selection.extend(rowsIn(this.pages, range).map((row) => row.id));
  }

  selectInView(): void {
    this.selection.add(rowsIn(this.pages, this.seen).map((row) => row.id));
  }

  async selectAllMatching(): Promise<void> {
    try {
      this.selection.replace(await this.backend.matchingIds(this.query));
    } catch (error) {
      this.onFailure(error);
    }
  }

  /** Lets go of selected items that the queue and its filter do not show. */
  async prune(): Promise<void> {
    if (this.selection.size === 0) return;
    this.dropped += this.selection.keepOnly(await this.backend.matchingIds(this.query));
  }

  /** What an action is for: the selected items that are shown, or the item under the cursor. */
  async targets(): Promise<string[]> {
    if (this.selection.size > 0) {
      await this.prune();
      return [...this.selection.ids];
    }
    return this.cursorId === null ? [] : [this.cursorId];
  }
}
