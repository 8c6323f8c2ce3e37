/** Short notices at the edge of the window. An undoable action keeps its notice until it is sent. */
import type { Failure } from "$lib/generated";

export interface Toast {
  id: number;
  kind: "notice" | "undo" | "failure";
  message: string;
  until: number;
  /** How long it lasts from its making, for the hairline. */
  lasts: number;
  failure?: Failure;
  undo?: () => void;
}

const NOTICE_MS = 5000;
const FAILURE_MS = 12_000;
const MOST = 4;

export class Toasts {
  all = $state.raw<Toast[]>([]);
  #made = 0;

  constructor(private readonly now: () => number = Date.now) {}

  notice(message: string): void {
    this.#add({ kind: "notice", message, until: this.now() + NOTICE_MS });
  }

  undoable(message: string, until: number, undo: () => void): void {
    this.clearUndo();
    this.#add({ kind: "undo", message, until, undo });
  }

  failed(failure: Failure, message: string): void {
    if (this.all.some((one) => one.failure?.code === failure.code && one.message === message)) return;
    this.#add({ kind: "failure", message, until: this.now() + FAILURE_MS, failure });
  }

  dismiss(id: number): void {
    this.all = this.all.filter((one) => one.id !== id);
  }

  clearUndo(): void {
    this.all = this.all.filter((one) => one.kind !== "undo");
  }

  #add(toast: Omit<Toast, "id" | "lasts">): void {
    const id = ++this.#made;
    const lasts = Math.max(500, toast.until - this.now());
    this.all = [
      ...this.all.filter((one) => one.kind !== toast.kind || one.kind === "failure"),
      { ...toast, id, lasts },
    ].slice(-MOST);
    setTimeout(() => this.dismiss(id), lasts);
  }
}
