/** The engine behind Tauri's IPC. Names only; nothing is decided here. */
import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import type { EngineEvent, StagedFile } from "$lib/generated";
import type { AdministrationBackend } from "./administration";
import type { Backend } from "./backend";

/** A file goes over in pieces: neither side holds all of it. */
const PIECE = 1024 * 1024;

/** Its bytes go as they are; the headers say which file they continue. */
async function stageFile(file: File): Promise<StagedFile> {
  let id: string | null = null;
  let at = 0;
  do {
    const piece = new Uint8Array(await file.slice(at, at + PIECE).arrayBuffer());
    id = await invoke<string>("stage_part", piece, { headers: id ? { "x-file": id } : {} });
    at += PIECE;
  } while (at < file.size);
  return invoke("stage_done", { id });
}

const administration: AdministrationBackend = {
  journeys: () => invoke("journeys"),
  journey: (key, version) => invoke("journey", { key, version }),
  checkJourney: (draft) => invoke("check_journey", { draft }),
  replayJourney: (draft) => invoke("replay_journey", { draft }),
  publishJourney: (wish) => invoke("publish_journey", { wish }),
  rollBackJourney: (wish, checkOnly) => invoke("roll_back_journey", { wish, checkOnly }),
  migrateJourney: (plan, checkOnly) => invoke("migrate_journey", { plan, checkOnly }),
  calendars: () => invoke("calendars"),
  calendar: (key) => invoke("calendar", { key }),
  standardCalendar: () => invoke("standard_calendar"),
  readCalendar: (draft) => invoke("read_calendar", { draft }),
  previewCalendar: (draft) => invoke("preview_calendar", { draft }),
  saveCalendar: (draft) => invoke("save_calendar", { draft }),
  bringInHolidays: (draft, file, text) => invoke("bring_in_holidays", { draft, file, text }),
  previewCalendarUse: (keeps) => invoke("preview_calendar_use", { keeps }),
  keepCalendar: (keeps) => invoke("keep_calendar", { keeps }),
};

export const tauriBackend: Backend = {
  session: () => invoke("session"),
  signIn: ({ portal, email, password }) => invoke("sign_in", { portal, email, password }),
  signOut: (discardPending) => invoke("sign_out", { discardPending }),
  queueCounts: () => invoke("queue_counts"),
  list: (query) => invoke("list", { query }),
  matchingIds: (query) => invoke("matching_ids", { query }),
  item: (id) => invoke("item", { id }),
  findItem: (reference) => invoke("find_item", { reference }),
  newerItems: () => invoke("newer_items"),
  act: (targets, request) => invoke("act", { targets, request }),
  predict: (targets, request) => invoke("predict", { targets, request }),
  undo: (batch) => invoke("undo", { batch }),
  candidates: (ids, action) => invoke("candidates", { ids, action }),
  newItemChoices: () => invoke("new_item_choices"),
  outbox: () => invoke("outbox"),
  kept: () => invoke("kept"),
  setKeep: (months) => invoke("set_keep", { months }),
  outboxDecideAgain: (command, seen) => invoke("outbox_decide_again", { command, seen }),
  journal: (limit) => invoke("journal", { limit }),
  outboxRetry: (command) => invoke("outbox_retry", { command }),
  outboxDiscard: (command) => invoke("outbox_discard", { command }),
  syncNow: () => invoke("sync_now"),
  networkIsBack: () => invoke("network_is_back"),
  syncStatus: () => invoke("sync_status"),
  stageFile,
  openFile: (item, sha256) => invoke("open_file", { item, sha256 }),
  saveFile: (item, sha256) => invoke("save_file", { item, sha256 }),
  cancelFile: (sha256) => invoke("cancel_file", { sha256 }),
  fileRules: () => invoke("file_rules"),
  setFileRules: (rules) => invoke("set_file_rules", { rules }),
  filesSize: () => invoke("files_size"),
  bottleneck: (groupBy, filter) => invoke("bottleneck", { groupBy, filter }),
  absences: () => invoke("absences"),
  earlyReturn: (id) => invoke("early_return", { id }),
  saveAbsence: (draft, checkOnly) => invoke("save_absence", { draft, checkOnly }),
  coverage: (person, from, until, about) => invoke("coverage", { person, from, until, about }),
  staff: () => invoke("staff"),
  clients: () => invoke("clients"),
  administration,
  preferences: () => invoke("preferences"),
  setPreferences: (preferences) => invoke("set_preferences", { preferences }),
  painted: (ms) => invoke("painted", { ms }),
  listen: (onEvent) => listen<EngineEvent>("engine", (message) => onEvent(message.payload)),
};
