/**
 * Everything that the window may ask of the engine. Two implementations: the Tauri shell, and an in-memory fake for
 * tests and for looking at screens in a browser. A call that fails rejects with a `Failure`.
 */
import type {
  AbsenceDraft,
  AbsenceView,
  ActItemResult,
  ActResult,
  BottleneckView,
  ClientRef,
  CoverageAbout,
  CoverageAnswer,
  EngineEvent,
  Failure,
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
  PersonId,
  PersonRef,
  QueueCount,
  Request,
  SavedAbsenceView,
  Seen,
  SessionView,
  StagedFile,
  SyncStatus,
  Target,
  Timestamp,
} from "$lib/generated";
import type { AdministrationBackend } from "./administration";

export interface Credentials {
  portal: string;
  email: string;
  password: string;
}

export interface Backend {
  session(): Promise<SessionView>;
  signIn(credentials: Credentials): Promise<SessionView>;
  signOut(discardPending: boolean): Promise<SessionView>;

  queueCounts(): Promise<QueueCount[]>;
  list(query: ListQuery): Promise<ListPage>;
  matchingIds(query: ListQuery): Promise<string[]>;
  item(id: string): Promise<ItemView>;
  /** Fails with `not_found`, and says where else it may be. */
  findItem(reference: string): Promise<string>;
  /** Those that only a newer version can read, by reference. */
  newerItems(): Promise<NewerItem[]>;

  act(targets: Target[], request: Request): Promise<ActResult>;
  predict(targets: Target[], request: Request): Promise<ActItemResult[]>;
  /** Resolves with the number of commands taken back. */
  undo(batch: string): Promise<number>;
  /** Who could take all of them over, or, to escalate, the leads over them. */
  candidates(ids: string[], action: "reassign" | "escalate"): Promise<PersonRef[]>;
  /** For whom something may be keyed in, and which forms there are. */
  newItemChoices(): Promise<NewItemChoices>;

  outbox(): Promise<OutboxLine[]>;
  outboxRetry(command: string): Promise<void>;
  kept(): Promise<KeepView>;
  /** For how many months closed items are kept; null: for ever. */
  setKeep(months: number | null): Promise<KeepView>;
  /** The same on what is there now, bound to what was shown; it takes the conflict's place. */
  outboxDecideAgain(command: string, seen: Seen): Promise<ActResult>;
  outboxDiscard(command: string): Promise<void>;
  /** What became of changes that left the outbox, the last one first. */
  journal(limit: number): Promise<JournalLine[]>;
  syncNow(): Promise<void>;
  /** The system has a network again: perhaps the portal can be reached, too. */
  networkIsBack(): Promise<void>;
  syncStatus(): Promise<SyncStatus>;

  /** Takes a file in, so that it can be attached. Only what the person picked or dropped is ever read. */
  stageFile(file: File): Promise<StagedFile>;
  /** Opens a copy with the program that the system has for it; fetches it first if it is not on this device. */
  openFile(item: string, sha256: string): Promise<void>;
  /** Saves it among the person's downloads and resolves with where. */
  saveFile(item: string, sha256: string): Promise<string>;
  cancelFile(sha256: string): Promise<void>;
  fileRules(): Promise<FileRules>;
  setFileRules(rules: FileRules): Promise<void>;
  /** Bytes that files take on this device. */
  filesSize(): Promise<number>;

  bottleneck(groupBy: GroupBy, filter: string): Promise<BottleneckView>;

  /** Those that are not over, of everybody on the staff. */
  absences(): Promise<AbsenceView[]>;
  /** Saves at the portal; with `checkOnly` only says what is to be thought of, without the network by what is known here. */
  saveAbsence(draft: AbsenceDraft, checkOnly: boolean): Promise<SavedAbsenceView>;
  /** The draft of an absence that ends now; the days that were one stay one. */
  earlyReturn(id: string): Promise<AbsenceDraft>;
  /** Who gets somebody's work between two instants: an item's, or an answer for each scope that makes a difference. */
  coverage(person: PersonId, from: Timestamp, until: Timestamp, about: CoverageAbout): Promise<CoverageAnswer[]>;
  staff(): Promise<PersonRef[]>;
  /** The clients whose work is in sight, by name. */
  clients(): Promise<ClientRef[]>;

  readonly administration: AdministrationBackend;

  preferences(): Promise<Record<string, unknown>>;
  setPreferences(preferences: Record<string, unknown>): Promise<void>;
  /** Told once: milliseconds from the start of navigation to the first rows on the screen. */
  painted(ms: number): Promise<void>;

  /** Calls back for each message of the engine; resolves with the function that stops it. */
  listen(onEvent: (event: EngineEvent) => void): Promise<() => void>;
}

export function isFailure(value: unknown): value is Failure {
  return typeof value === "object" && value !== null && "code" in value && "message" in value;
}

/** Any thrown value as a `Failure`, so that nothing that goes wrong stays unseen. */
export function asFailure(value: unknown): Failure {
  if (isFailure(value)) return value;
  const message = value instanceof Error ? value.message : typeof value === "string" ? value : "";
  return { code: "internal", message, request_id: null };
}
