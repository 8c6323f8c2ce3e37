/** From a key or a click to a request: who it is for, what is missing, what came of it. */
import type { Backend } from "$lib/backend/backend";
import type { ActItemResult, ActResult, ItemView } from "$lib/generated";
import type { ListModel } from "$lib/queue/list.svelte";
import { count, text } from "$lib/text/en";
import type { Toasts } from "$lib/toasts.svelte";
import type { Reading } from "./reading.svelte";
import { decides, type Doable, type Draft, emptyDraft, missing, movesOn, needsForm, requestOf } from "./requests";

export interface Composing {
  action: Doable;
  ids: string[];
  /** Beside the item that it is about, or over the list. */
  place: "pane" | "sheet";
  what: string;
}

export interface Done {
  batch: string;
  label: string;
  at: number;
  until: number;
  count: number;
  state: "done" | "undone";
}

export class Acting {
  composing = $state.raw<Composing | null>(null);
  draft = $state<Draft>(emptyDraft());
  /** Shown once somebody tried to submit. */
  tried = $state(false);
  busy = $state(false);
  predicted = $state.raw<ActItemResult[] | null>(null);
  results = $state.raw<ActItemResult[] | null>(null);
  /** Newest first. */
  recent = $state.raw<Done[]>([]);

  #predictions = 0;

  constructor(
    private readonly backend: Backend,
    private readonly list: ListModel,
    private readonly reading: Reading,
    private readonly toasts: Toasts,
    private readonly paneOpen: () => boolean,
    private readonly onFailure: (error: unknown) => void,
    private readonly now: () => number,
  ) {}

  get missing() {
    return this.composing ? missing(this.composing.action, this.draft) : [];
  }

  /** The item on the screen, when it is the one that is meant. */
  #shown(id: string | undefined): ItemView | null {
    return id !== undefined && this.reading.item?.row.id === id ? this.reading.item : null;
  }

  async start(action: Doable): Promise<void> {
    if (this.busy) return;
    try {
      const hadSelection = this.list.selection.size > 0;
      const ids = await this.list.targets();
      const [id] = ids;
      if (id === undefined) {
        this.toasts.notice(hadSelection ? text.actions.noneShown : text.actions.nothingChosen);
        return;
      }
      if (ids.length > 1 || hadSelection) return this.#compose(action, ids, "sheet", await this.#nameOf(ids));
      await this.#startSingle(action, id);
    } catch (error) {
      this.onFailure(error);
    }
  }

  async #startSingle(action: Doable, id: string): Promise<void> {
    const shown = this.#shown(id) ?? (await this.backend.item(id));
    const label = text.actions.labels[action] ?? action;
    const state = shown.actions.find((one) => one.action === action);
    if (state && !state.allowed) {
      this.toasts.notice(text.actions.refused(label, state.why_not ?? ""));
      return;
    }
    const onScreen = this.paneOpen() && this.#shown(id) !== null;
    if (onScreen && decides(action) && this.reading.changed) {
      this.toasts.notice(text.item.mustLook(shown.row.reference));
      return;
    }
    if (needsForm(action)) {
      this.#compose(action, [id], onScreen ? "pane" : "sheet", shown.row.reference);
      this.draft.priority = shown.row.priority;
      this.draft.dueAt = shown.row.due_at;
      return;
    }
    await this.#send(action, [id], emptyDraft(), shown.row.reference);
  }

  #compose(action: Doable, ids: string[], place: Composing["place"], what: string): void {
    this.draft = emptyDraft();
    this.tried = false;
    this.predicted = null;
    this.results = null;
    this.composing = { action, ids, place, what };
    if (place === "sheet") void this.predict();
  }

  async #nameOf(ids: string[]): Promise<string> {
    if (ids.length > 1) return text.actions.items(count(ids.length));
    const id = ids[0] ?? "";
    return this.#shown(id)?.row.reference ?? (await this.backend.item(id)).row.reference;
  }

  #targets(ids: string[]) {
    return ids.map((id) => ({ id, seen: this.paneOpen() ? this.reading.seen(id) : null }));
  }

  /** Asks what would come of it, as far as the form is filled in. */
  async predict(): Promise<void> {
    const composing = this.composing;
    const asked = ++this.#predictions;
    if (!composing || this.missing.includes("person")) return;
    try {
      const predicted = await this.backend.predict(
        this.#targets(composing.ids),
        requestOf(composing.action, this.draft),
      );
      if (asked === this.#predictions && this.composing === composing) this.predicted = predicted;
    } catch (error) {
      this.onFailure(error);
    }
  }

  cancel(): void {
    this.composing = null;
    this.results = null;
    this.predicted = null;
  }

  async submit(): Promise<void> {
    const composing = this.composing;
    if (!composing || this.busy || this.results) return;
    this.tried = true;
    if (this.missing.length > 0) return;
    if (composing.place === "pane" && decides(composing.action) && this.reading.changed) return;
    await this.#send(composing.action, composing.ids, this.draft, composing.what);
  }

  async #send(action: Doable, ids: string[], draft: Draft, what: string): Promise<void> {
    this.busy = true;
    try {
      const result = await this.backend.act(this.#targets(ids), requestOf(action, draft));
      this.#told(action, ids, what, result);
    } catch (error) {
      this.onFailure(error);
    } finally {
      this.busy = false;
    }
  }

  #told(action: Doable, ids: string[], what: string, result: ActResult): void {
    const accepted = result.results.filter((one) => one.accepted);
    const refused = result.results.filter((one) => !one.accepted);
    if (this.composing && ids.length > 1 && refused.length > 0) this.results = result.results;
    else this.cancel();

    if (accepted.length > 0) {
      const done = accepted.length === ids.length ? what : text.actions.items(count(accepted.length));
      const label = text.actions.done[action]?.(done) ?? done;
      const at = this.now();
      const until = result.undo_until;
      this.recent = [
        { batch: result.batch, label, at, until, count: accepted.length, state: "done" as const },
        ...this.recent,
      ].slice(0, 50);
      this.toasts.undoable(label, until, () => void this.undo(result.batch));
      // The list is read again by the engine's event; the focus moves on at once.
      if (movesOn(action) && ids.includes(this.list.cursorId ?? ""))
        this.#moveOn(new Set(accepted.map((one) => one.id)));
    }
    if (ids.length === 1 && refused[0])
      this.toasts.notice(text.actions.refused(text.actions.labels[action] ?? "", refused[0].message));
    if (this.list.selection.size > 0) this.list.selection.keepOnly(refused.map((one) => one.id));
  }

  /** To the next row that was not acted on; without one, to the row before. */
  #moveOn(acted: Set<string>): void {
    const { list } = this;
    const last = (list.total ?? 0) - 1;
    for (let at = list.cursor + 1; at <= last && at < list.cursor + 500; at++) {
      const row = list.row(at);
      if (!row || !acted.has(row.id)) return list.moveTo(at);
    }
    for (let at = list.cursor - 1; at >= 0; at--) {
      const row = list.row(at);
      if (!row || !acted.has(row.id)) return list.moveTo(at);
    }
  }

  async undo(batch?: string): Promise<void> {
    const found = batch
      ? this.recent.find((one) => one.batch === batch)
      : this.recent.find((one) => one.state === "done" && one.until > this.now());
    if (!found) {
      this.toasts.notice(text.frame.toast.nothingToUndo);
      return;
    }
    try {
      const undone = await this.backend.undo(found.batch);
      if (undone > 0) this.recent = this.recent.map((one) => (one === found ? { ...one, state: "undone" } : one));
      this.toasts.clearUndo();
      this.toasts.notice(undone > 0 ? text.frame.toast.undone(undone) : text.frame.toast.tooLate);
    } catch (error) {
      this.onFailure(error);
    }
  }
}
