/** From a key or a click to a request: who it is for, what is missing, what came of it. */
import type { Backend } from "$lib/backend/backend";
import type { ActItemResult, ActResult, FormProblem, ItemView, OutboxLine, Seen } from "$lib/generated";
import type { ListModel } from "$lib/queue/list.svelte";
import { count, text } from "$lib/text/en";
import type { Toasts } from "$lib/toasts.svelte";
import type { Reading } from "./reading.svelte";
import {
  type Asked,
  askedBy,
  decides,
  type Doable,
  type Draft,
  draftFor,
  emptyDraft,
  missing,
  movesOn,
  needsForm,
  NOTHING,
  requestOf,
} from "./requests";

export interface Composing {
  action: Doable;
  ids: string[];
  /** Beside the item that it is about, or over the list. */
  place: "pane" | "sheet";
  what: string;
  /** The only item that it is about; several are asked for nothing of their own. */
  item: ItemView | null;
}

const SETTLE_MS = 150;
/** A finger on its way to a key cannot be called back in less. */
const SLIPPED_MS = 700;

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
  /** How often something was missing then. */
  rejected = $state(0);
  busy = $state(false);
  predicted = $state.raw<ActItemResult[] | null>(null);
  results = $state.raw<ActItemResult[] | null>(null);
  /** Why the engine refused what the form says; the form stays as it is. */
  refusal = $state<string | null>(null);
  /** What of the form it was about. */
  problems = $state.raw<FormProblem[]>([]);
  /** Newest first. */
  recent = $state.raw<Done[]>([]);

  /** What of each item was there when the form was opened: a decision is bound to it. */
  #looked = new Map<string, Seen>();
  #predictions = 0;
  #settling: ReturnType<typeof setTimeout> | undefined;

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
    return this.composing ? missing(this.composing.action, this.draft, this.asked) : [];
  }

  /** What the item of the form asks for besides. */
  get asked(): Asked {
    return this.composing?.item ? askedBy(this.composing.item) : NOTHING;
  }

  /** The content of the item on the screen is being written. */
  get editing(): boolean {
    return this.composing?.action === "set_fields" && this.composing.place === "pane";
  }

  /** What an edit does to what was decided before. */
  get effects(): string[] {
    return this.predicted?.length === 1 ? (this.predicted[0]?.effects ?? []) : [];
  }

  /** What would come of it is said before it is sent. */
  get #foretold(): boolean {
    return this.composing?.place === "sheet" || this.composing?.action === "set_fields";
  }

  /** The item on the screen, when it is the one that is meant. */
  #shown(id: string | undefined): ItemView | null {
    return id !== undefined && this.reading.item?.row.id === id ? this.reading.item : null;
  }

  async start(action: Doable): Promise<void> {
    if (this.busy) return;
    try {
      const hadSelection = this.list.selection.size > 0;
      if (!hadSelection && this.now() - this.list.slippedAt < SLIPPED_MS) {
        const under = this.list.cursorRow?.reference;
        if (under) this.toasts.notice(text.actions.slipped(under));
        return;
      }
      const ids = await this.list.targets();
      const [id] = ids;
      if (id === undefined) {
        this.toasts.notice(hadSelection ? text.actions.noneShown : text.actions.nothingChosen);
        return;
      }
      if (ids.length > 1 && action === "set_fields") {
        this.toasts.notice(text.actions.edit.oneAtATime);
        return;
      }
      if (ids.length > 1) return this.#compose(action, ids, "sheet", text.actions.items(count(ids.length)), null);
      if (hadSelection) {
        const item = await this.#read(id);
        return this.#compose(action, ids, "sheet", item.row.reference, item);
      }
      await this.#startSingle(action, id);
    } catch (error) {
      this.onFailure(error);
    }
  }

  async #startSingle(action: Doable, id: string): Promise<void> {
    const shown = await this.#read(id);
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
    if (needsForm(action, askedBy(shown)))
      return this.#compose(action, [id], onScreen ? "pane" : "sheet", shown.row.reference, shown);
    await this.#send(action, [id], emptyDraft(), shown.row.reference);
  }

  /** Takes a free seat of one step of the item that is read. */
  async claim(step: string): Promise<void> {
    const shown = this.reading.item;
    if (!shown) return;
    try {
      await this.#send("claim", [shown.row.id], { ...emptyDraft(), step }, shown.row.reference);
    } catch (error) {
      this.onFailure(error);
    }
  }

  async #read(id: string): Promise<ItemView> {
    return this.#shown(id) ?? (await this.backend.item(id));
  }

  #compose(action: Doable, ids: string[], place: Composing["place"], what: string, item: ItemView | null): void {
    this.#looked = new Map(item ? [[item.row.id, item.seen]] : []);
    this.draft = item ? draftFor(item) : emptyDraft();
    this.tried = false;
    this.rejected = 0;
    this.predicted = null;
    this.results = null;
    this.refusal = null;
    this.problems = [];
    this.composing = { action, ids, place, what, item };
    if (this.#foretold) void this.predict();
  }

  #targets(ids: string[]) {
    const onScreen = (id: string) => (this.paneOpen() ? this.reading.seen(id) : null);
    return ids.map((id) => ({ id, seen: onScreen(id) ?? this.#looked.get(id) ?? null }));
  }

  /** The form was changed: what was predicted or refused may not be so any more. */
  edited(): void {
    this.refusal = null;
    this.problems = [];
    clearTimeout(this.#settling);
    if (this.#foretold) this.#settling = setTimeout(() => void this.predict(), SETTLE_MS);
  }

  /** Nothing can be said of it before these are there. */
  get unpredictable(): boolean {
    return this.missing.some((field) => field !== "reason" && field !== "body");
  }

  /** Asks what would come of it, as far as the form is filled in. */
  async predict(): Promise<void> {
    const composing = this.composing;
    const asked = ++this.#predictions;
    if (!composing) return;
    if (this.unpredictable) {
      this.predicted = null;
      return;
    }
    try {
      // Words that are still to be written are taken as given.
      const { missing } = this;
      const draft = { ...this.draft };
      if (missing.includes("reason")) draft.reason = "…";
      if (missing.includes("body")) draft.body = "…";
      const predicted = await this.backend.predict(
        this.#targets(composing.ids),
        requestOf(composing.action, draft, this.asked),
      );
      if (this.composing !== composing) return;
      for (const { id, seen } of predicted) if (seen && !this.#looked.has(id)) this.#looked.set(id, seen);
      if (asked === this.#predictions) this.predicted = predicted;
    } catch (error) {
      this.onFailure(error);
    }
  }

  cancel(): void {
    clearTimeout(this.#settling);
    this.composing = null;
    this.results = null;
    this.predicted = null;
    this.refusal = null;
    this.problems = [];
  }

  async submit(): Promise<void> {
    const composing = this.composing;
    if (!composing || this.busy || this.results) return;
    this.tried = true;
    if (this.missing.length > 0) {
      this.rejected += 1;
      return;
    }
    if (composing.place === "pane" && decides(composing.action)) {
      if (this.reading.changed) return;
      // What the form asks is what the step asked that was looked at.
      const now = this.#shown(composing.ids[0]);
      if (now && composing.item && now.seen.step !== composing.item.seen.step) {
        this.cancel();
        this.toasts.notice(text.item.movedOn(composing.what));
        return;
      }
    }
    await this.#send(composing.action, composing.ids, this.draft, composing.what, this.asked);
  }

  async #send(action: Doable, ids: string[], draft: Draft, what: string, asked = NOTHING): Promise<void> {
    this.busy = true;
    try {
      const result = await this.backend.act(this.#targets(ids), requestOf(action, draft, asked));
      // What left the queue meanwhile left it by my own doing.
      this.list.slippedAt = -Infinity;
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
    const [only] = ids.length === 1 ? refused : [];
    if (this.composing && only) {
      // What was written is not lost: it can be mended and sent again.
      this.refusal = only.message;
      this.problems = only.problems;
      return;
    }
    if (this.composing && refused.length > 0) this.results = result.results;
    else this.cancel();

    if (accepted.length > 0) {
      const done = accepted.length === ids.length ? what : text.actions.items(count(accepted.length));
      this.#remember(text.actions.done[action]?.(done) ?? done, result, accepted.length);
      // The list is read again by the engine's event; the focus moves on at once.
      if (movesOn(action) && ids.includes(this.list.cursorId ?? ""))
        this.#moveOn(new Set(accepted.map((one) => one.id)));
    }
    if (only) this.toasts.notice(text.actions.refused(text.actions.labels[action] ?? "", only.message));
    if (this.list.selection.size > 0) this.list.selection.keepOnly(refused.map((one) => one.id));
  }

  /** A file was attached, beside whatever form is open. */
  attached(name: string, result: ActResult): void {
    const refused = result.results.find((one) => !one.accepted);
    if (refused) this.toasts.notice(text.actions.refused(text.item.attach, refused.message));
    else this.#remember(text.item.attached(name), result, 1);
  }

  /** An item was keyed in. */
  submitted(what: string, result: ActResult): void {
    this.#remember(text.actions.newItem.done(what), result, 1);
  }

  /** Gives a change that was in conflict anew, on what stands beside it. */
  async decideAgain(line: OutboxLine): Promise<void> {
    const seen = line.conflict?.again.seen;
    if (!seen || this.busy) return;
    this.busy = true;
    try {
      const result = await this.backend.outboxDecideAgain(line.command, seen);
      this.#remember(text.outbox.decidedAgain(line.what, line.reference), result, 1);
    } catch (error) {
      this.onFailure(error);
    } finally {
      this.busy = false;
    }
  }

  /** It is told, and can be undone as long as it is held. */
  #remember(label: string, result: ActResult, count: number): void {
    const { batch, undo_until: until } = result;
    this.recent = [{ batch, label, at: this.now(), until, count, state: "done" as const }, ...this.recent].slice(0, 50);
    this.toasts.undoable(label, until, () => void this.undo(batch));
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
