import type { Backend } from "$lib/backend/backend";
import type { OutboxLine, OutboxState } from "$lib/generated";
import { text } from "$lib/text/en";
import type { Toasts } from "$lib/toasts.svelte";

const NEEDS_AUTHOR: readonly OutboxState[] = ["conflict", "refused", "quarantined", "stale", "upload_stopped"];

export const needsAuthor = (line: OutboxLine) => NEEDS_AUTHOR.includes(line.state);

export class OutboxModel {
  lines = $state.raw<OutboxLine[] | null>(null);
  /** The line whose button was pressed, while the engine works on it. */
  busy = $state<string | null>(null);

  constructor(
    private readonly backend: Backend,
    private readonly toasts: Toasts,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  get attention(): OutboxLine[] {
    return (this.lines ?? []).filter(needsAuthor);
  }

  get onTheWay(): OutboxLine[] {
    return (this.lines ?? []).filter((line) => !needsAuthor(line));
  }

  async load(): Promise<void> {
    this.lines = await this.backend.outbox();
  }

  retry(line: OutboxLine): Promise<void> {
    return this.#do(line, () => this.backend.outboxRetry(line.command), text.outbox.retried);
  }

  discard(line: OutboxLine): Promise<void> {
    return this.#do(line, () => this.backend.outboxDiscard(line.command), text.outbox.discarded);
  }

  async #do(line: OutboxLine, ask: () => Promise<void>, told: string): Promise<void> {
    this.busy = line.command;
    try {
      await ask();
      await this.load();
      this.toasts.notice(told);
    } catch (error) {
      this.onFailure(error);
    } finally {
      this.busy = null;
    }
  }
}
