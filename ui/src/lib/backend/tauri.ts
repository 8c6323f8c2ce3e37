/** The engine behind Tauri's IPC. Names only; nothing is decided here. */
import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import type { EngineEvent } from "$lib/generated";
import type { Backend } from "./backend";

export const tauriBackend: Backend = {
  session: () => invoke("session"),
  signIn: ({ portal, email, password }) => invoke("sign_in", { portal, email, password }),
  signOut: (discardPending) => invoke("sign_out", { discardPending }),
  queueCounts: () => invoke("queue_counts"),
  list: (query) => invoke("list", { query }),
  matchingIds: (query) => invoke("matching_ids", { query }),
  item: (id) => invoke("item", { id }),
  findItem: (reference) => invoke("find_item", { reference }),
  act: (targets, request) => invoke("act", { targets, request }),
  predict: (targets, request) => invoke("predict", { targets, request }),
  undo: (batch) => invoke("undo", { batch }),
  candidates: (ids, action) => invoke("candidates", { ids, action }),
  outbox: () => invoke("outbox"),
  kept: () => invoke("kept"),
  setKeep: (months) => invoke("set_keep", { months }),
  outboxRetry: (command) => invoke("outbox_retry", { command }),
  outboxDiscard: (command) => invoke("outbox_discard", { command }),
  syncNow: () => invoke("sync_now"),
  syncStatus: () => invoke("sync_status"),
  bottleneck: (groupBy, filter) => invoke("bottleneck", { groupBy, filter }),
  absences: () => invoke("absences"),
  saveAbsence: (draft, checkOnly) => invoke("save_absence", { draft, checkOnly }),
  coverage: (person, from, until, item) => invoke("coverage", { person, from, until, item }),
  staff: () => invoke("staff"),
  preferences: () => invoke("preferences"),
  setPreferences: (preferences) => invoke("set_preferences", { preferences }),
  painted: (ms) => invoke("painted", { ms }),
  listen: (onEvent) => listen<EngineEvent>("engine", (message) => onEvent(message.payload)),
};
