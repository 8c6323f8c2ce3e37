/** The sample organisation's outbox: held, sent, confirmed, or in need of their author. */
import type {
  ActItemResult,
  ActResult,
  Failure,
  JournalLine,
  OutboxLine,
  OutboxState,
  PendingMark,
  Request,
  Seen,
  Target,
  UploadView,
} from "$lib/generated";
import { ME, REASONS, STAFF } from "./names";
import type { FakeItem } from "./organisation";
import { editProblems, effectsOf, keyedIn } from "./forms";
import { buildItems } from "./organisation";
import { copyOf, seenOf } from "./reviews";
import { apply, prediction, whyRefused } from "./rules";

export const HOLD_MS = 10_000;

export interface FakeCommand {
  command: string;
  batch: string;
  item: string;
  request: Request;
  madeAt: number;
  state: OutboxState;
  why: string;
  conflict: OutboxLine["conflict"];
  /** The file that it waits for. */
  upload: OutboxLine["upload"];
  /** The item before, to be put back by undo and discard. */
  before: FakeItem | null;
}

const WHAT: Record<Request["do"], string> = {
  approve: "Approve",
  override: "Override the step",
  request_changes: "Request changes",
  claim: "Claim",
  reassign: "Reassign",
  escalate: "Escalate",
  de_escalate: "End the escalation",
  comment: "Comment",
  complete: "Complete",
  resubmit: "Resubmit for the client",
  withdraw: "Withdraw",
  reopen: "Reopen",
  raise_exception: "Raise an exception",
  resolve_exception: "Resolve the exception",
  attach_version: "Attach a file",
  set_priority: "Set the priority",
  set_due: "Set the due date",
  set_fields: "Change fields",
  submit: "Hand over",
};

const NEEDS_AUTHOR: readonly OutboxState[] = ["conflict", "refused", "quarantined", "stale", "upload_stopped"];
const RETRIED: readonly OutboxState[] = [
  "waiting",
  "uploading",
  "upload_stopped",
  "sending",
  "refused",
  "quarantined",
  "stale",
];

function uploadOf(request: Request): OutboxLine["upload"] {
  if (request.do !== "attach_version") return null;
  const { sha256, name, size } = request;
  return { sha256, name, sent: 0, size, next_try: null, problem: null };
}

function uploading({ sent, size }: UploadView): string {
  const mb = (bytes: number) => (bytes / 1e6).toFixed(1);
  return `Uploading ${mb(sent)} of ${mb(size)} MB.`;
}

export class Outbox {
  commands: FakeCommand[] = [];
  /** The last one first. */
  journal: JournalLine[] = [];
  #superseded: { old: FakeCommand; by: string }[] = [];
  #made = 0;

  constructor(
    private readonly items: Map<string, FakeItem>,
    private readonly now: () => number,
  ) {}

  predict(targets: Target[], request: Request): ActItemResult[] {
    if (request.do === "submit") return [this.#submission(request)];
    return targets.flatMap(({ id }) => {
      const item = this.items.get(id);
      if (!item) return [];
      const why = whyRefused(item, request);
      const message = why ?? prediction(item, request);
      const effects = why === null ? effectsOf(item, request) : [];
      return [
        {
          id,
          reference: item.reference,
          accepted: why === null,
          message,
          problems: editProblems(request),
          effects,
          seen: seenOf(item),
        },
      ];
    });
  }

  #submission(request: Extract<Request, { do: "submit" }>): ActItemResult {
    const problems = editProblems(request);
    const [first] = problems;
    const message = first?.sentence ?? "The owner decides at Intake check.";
    const id = `new-${this.#made + 1}`;
    return { id, reference: `NEW-${1000 + this.#made}`, accepted: !first, message, problems, effects: [], seen: null };
  }

  act(targets: Target[], request: Request): ActResult {
    const now = this.now();
    const batch = `b-${++this.#made}`;
    const results = this.predict(targets, request);
    if (request.do === "submit") this.#submit(request, results, batch, now);
    for (const result of results) {
      const item = this.items.get(result.id);
      if (!item || !result.accepted || request.do === "submit") continue;
      const kept = copyOf(item);
      apply(item, request, now);
      const command = `${batch}-${result.id}`;
      const why = "Held for a moment, so that you can undo it.";
      this.commands.unshift({
        command,
        batch,
        item: result.id,
        request,
        madeAt: now,
        state: "held",
        why,
        conflict: null,
        upload: uploadOf(request),
        before: kept,
      });
    }
    return { batch, results, undo_until: now + HOLD_MS };
  }

  #submit(request: Extract<Request, { do: "submit" }>, results: ActItemResult[], batch: string, now: number): void {
    const [result] = results;
    const [base] = buildItems(1, now);
    if (!result?.accepted || !base) return;
    const item: FakeItem = {
      ...keyedIn(request, base),
      id: result.id,
      reference: result.reference,
      number: this.items.size,
      project: null,
      round: 1,
      stage: 0,
      owner: ME,
      escalation: null,
      exception: null,
      reviews: [],
      closedReviews: [],
      commentCount: 0,
      attachmentCount: 0,
      createdAt: now,
      updatedAt: now,
      completedAt: null,
    };
    apply(item, request, now);
    this.items.set(item.id, item);
    const why = "Held for a moment, so that you can undo it.";
    const held = { state: "held", why, conflict: null, upload: null, before: null } as const;
    this.commands.unshift({ command: `${batch}-${item.id}`, batch, item: item.id, request, madeAt: now, ...held });
  }

  undo(batch: string): number {
    const gone = this.commands.filter((one) => one.batch === batch && one.state === "held");
    gone.forEach((one) => this.#takeBack(one));
    this.commands.unshift(...this.#superseded.filter((one) => one.by === batch).map((one) => one.old));
    this.#superseded = this.#superseded.filter((one) => one.by !== batch);
    return gone.length;
  }

  retry(command: string): void {
    const found = this.#find(command);
    found.state = found.upload ? "uploading" : "waiting";
    found.why = found.upload ? uploading(found.upload) : "Will be sent with the next contact.";
    found.conflict = null;
  }

  discard(command: string): void {
    const found = this.#find(command);
    this.#end(found, NEEDS_AUTHOR.includes(found.state) ? "put_away" : "discarded");
    this.#takeBack(found);
  }

  decideAgain(command: string, seen: Seen): ActResult {
    const old = this.#find(command);
    this.commands = this.commands.filter((one) => one !== old);
    const result = this.act([{ id: old.item, seen }], old.request);
    this.#superseded.push({ old, by: result.batch });
    return result;
  }

  #end(one: FakeCommand, end: JournalLine["end"]): void {
    const { command, item, reference, title, what, detail, made_at, why } = this.#line(one);
    this.journal.unshift({ command, item, reference, title, what, detail, made_at, ended_at: this.now(), end, why });
  }

  /** Moves every command one step along. Returns whether anything changed. */
  step(online: boolean): string[] {
    const changed: string[] = [];
    const now = this.now();
    for (const one of this.commands) {
      const before = one.state;
      if (one.state === "held" && now - one.madeAt >= HOLD_MS) {
        one.state = one.upload ? "uploading" : "waiting";
        one.why = one.upload ? uploading(one.upload) : "Will be sent with the next contact.";
      } else if (one.state === "uploading" && online && one.upload) {
        one.upload = { ...one.upload, sent: Math.min(one.upload.size, one.upload.sent + one.upload.size / 2) };
        one.why = uploading(one.upload);
        changed.push(one.item);
        if (one.upload.sent === one.upload.size) {
          one.upload = null;
          one.state = "waiting";
          one.why = "Will be sent with the next contact.";
        }
      } else if (one.state === "waiting" && online) {
        one.state = "confirmed";
        one.why = "The portal has it.";
      } else if (one.state === "confirmed") {
        changed.push(one.item);
        this.#settle(one);
      }
      if (one.state !== before) changed.push(one.item);
    }
    return changed;
  }

  markOf(item: string): PendingMark | null {
    const mine = this.commands.filter((one) => one.item === item);
    if (mine.some((one) => one.state === "conflict")) return "conflict";
    if (mine.some((one) => one.state === "refused" || one.state === "quarantined")) return "refused";
    return mine.length > 0 ? "pending" : null;
  }

  lines(item?: string): OutboxLine[] {
    return this.commands.filter((one) => item === undefined || one.item === item).map((one) => this.#line(one));
  }

  /** What the portal does not have yet, by its hash. */
  get waitingContent(): ReadonlySet<string> {
    return new Set(this.commands.flatMap((one) => (one.upload ? [one.upload.sha256] : [])));
  }

  /** The file of an upload is gone from this device. */
  loseFile(command: string): void {
    const found = this.#find(command);
    found.state = "upload_stopped";
    found.why = `${found.upload?.name ?? "It"} is not on this device any more. Attach the same file again, or discard the change.`;
  }

  get pending(): number {
    return this.commands.filter((one) => !NEEDS_AUTHOR.includes(one.state)).length;
  }

  get attention(): number {
    return this.commands.filter((one) => NEEDS_AUTHOR.includes(one.state)).length;
  }

  /** Some changes from earlier today, one in each state worth looking at. */
  seed(ids: string[]): void {
    const now = this.now();
    const add = (
      at: number,
      request: Request,
      state: OutboxState,
      why: string,
      conflict: OutboxLine["conflict"] = null,
    ) => {
      const item = ids[at];
      if (!item) return;
      const madeAt = now - (at + 1) * 17 * 60_000;
      this.commands.push({
        command: `s-${at}`,
        batch: `s-${at}`,
        item,
        request,
        madeAt,
        state,
        why,
        conflict,
        upload: null,
        before: null,
      });
    };
    add(0, { do: "approve", comment: null }, "conflict", "The client uploaded a new version after you looked at it.", {
      summary: "The client handed in round 2 four minutes before your approval arrived.",
      differences: [
        { what: "Amount", base: "EUR 12,400.00", mine: "EUR 12,400.00", theirs: "EUR 14,150.00" },
        {
          what: "annual-report.pdf",
          base: "version 1 (8f21c0aa)",
          mine: "version 1 (8f21c0aa)",
          theirs: "version 2 (51be77d3)",
        },
        { what: "Round", base: "1", mine: "1", theirs: "2" },
        { what: "Where it stands", base: "Review", mine: "Final approval", theirs: "Review" },
        { what: "Whose turn", base: "Ingrid Solheim", mine: "Jonas Weidmann", theirs: "Ingrid Solheim" },
      ],
      since: [
        {
          at: this.now() - 4 * 60_000,
          who: "Carla Novak",
          text: "handed in round 2",
          detail: "The figures of the second quarter are in now.",
          pending: false,
        },
      ],
      again: {
        id: ids[0] ?? "",
        reference: this.items.get(ids[0] ?? "")?.reference ?? "",
        accepted: true,
        message: "Jonas Weidmann decides at Final approval.",
        problems: [],
        effects: [],
        seen: { content: "51be77d3", round: 2, step: "final", journey_version: 1 },
      },
    });
    add(1, { do: "complete" }, "refused", "It was sent back to the client by Jonas Weidmann in the meantime.");
    add(
      2,
      { do: "escalate", reason: REASONS[2] ?? "" },
      "quarantined",
      "The portal failed on it three times and has put it aside.",
    );
    add(
      3,
      { do: "reassign", to: STAFF[1]?.id ?? "", reason: "On leave until Monday" },
      "waiting",
      "Will be sent with the next contact.",
    );
    add(
      4,
      { do: "comment", visibility: "internal", body: "Called them, they send the form today." },
      "waiting",
      "Will be sent with the next contact.",
    );
  }

  #find(command: string): FakeCommand {
    const found = this.commands.find((one) => one.command === command);
    if (!found) {
      const failure: Failure = {
        code: "not_found",
        message: "This change is not in the outbox any more.",
        request_id: null,
      };
      throw failure;
    }
    return found;
  }

  #takeBack(one: FakeCommand): void {
    if (one.before) this.items.set(one.item, one.before);
    else if (one.request.do === "submit") this.items.delete(one.item);
    this.commands = this.commands.filter((other) => other !== one);
  }

  #settle(one: FakeCommand): void {
    this.#end(one, "done");
    for (const { old, by } of this.#superseded) if (by === one.batch) this.#end(old, "superseded");
    this.#superseded = this.#superseded.filter(({ by }) => by !== one.batch);
    this.commands = this.commands.filter((other) => other !== one);
    const item = this.items.get(one.item);
    if (!item) return;
    const decisions = [...item.reviews, ...item.closedReviews].flatMap((review) => review.decisions);
    for (const part of [...item.history, ...item.comments, ...decisions]) part.pending = false;
  }

  #line(one: FakeCommand): OutboxLine {
    const item = this.items.get(one.item);
    const { request } = one;
    const detail =
      "reason" in request
        ? request.reason
        : "body" in request
          ? request.body
          : "comment" in request
            ? request.comment
            : null;
    const to = request.do === "reassign" ? STAFF.find((person) => person.id === request.to)?.name : null;
    const note = request.do === "comment" && request.visibility === "internal";
    return {
      command: one.command,
      batch: one.batch,
      item: one.item,
      reference: item?.reference ?? "",
      title: item?.title ?? "",
      what:
        request.do === "attach_version"
          ? `Attach ${request.name}`
          : to
            ? `Reassign to ${to}`
            : note
              ? "Internal note"
              : WHAT[request.do],
      detail,
      made_at: one.madeAt,
      state: one.state,
      why: one.why,
      can_undo: one.state === "held",
      can_retry: RETRIED.includes(one.state),
      can_discard: one.state !== "sending" && one.state !== "confirmed",
      upload: one.state === "held" ? null : one.upload,
      conflict: one.conflict,
    };
  }
}
