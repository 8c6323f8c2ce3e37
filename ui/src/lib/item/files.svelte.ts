/** Files of items: attaching what the person picked, opening and saving, and how far each came. */
import type { Backend } from "$lib/backend/backend";
import type { ActResult, AttachmentView, FileRules, ItemView, TransferView, TransferWay } from "$lib/generated";
import { text } from "$lib/text/en";
import type { Toasts } from "$lib/toasts.svelte";

export class Files {
  /** The names of files that are taken in now. */
  taking = $state.raw<readonly string[]>([]);
  /** What is fetched now, by its hash. */
  fetching = $state.raw<ReadonlySet<string>>(new Set());
  rules = $state.raw<FileRules | null>(null);
  /** Bytes that files take on this device. */
  size = $state(0);
  #moved = $state.raw<ReadonlyMap<string, TransferView>>(new Map());

  constructor(
    private readonly backend: Backend,
    private readonly toasts: Toasts,
    private readonly attached: (name: string, result: ActResult) => void,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  hear(transfer: TransferView): void {
    const moved = new Map(this.#moved);
    if (transfer.done >= transfer.size) moved.delete(transfer.sha256);
    else moved.set(transfer.sha256, transfer);
    this.#moved = moved;
  }

  /** Bytes that came so far; 0 when it does not move. */
  came(sha256: string, way: TransferWay): number {
    const moved = this.#moved.get(sha256);
    return moved?.way === way ? moved.done : 0;
  }

  /** Attaches files one after the other, or one of them as the next version of `replaced`. */
  async attach(item: ItemView, files: readonly File[], replaced: AttachmentView | null = null): Promise<void> {
    const state = item.actions.find((one) => one.action === "attach_version");
    if (state && !state.allowed) {
      this.toasts.notice(text.actions.refused(text.item.attach, state.why_not ?? ""));
      return;
    }
    if (replaced && files.length > 1) {
      this.toasts.notice(text.item.oneVersion);
      return;
    }
    this.taking = files.map((file) => file.name);
    try {
      for (const file of files) {
        const { sha256, size } = await this.backend.stageFile(file);
        const result = await this.backend.act([{ id: item.row.id, seen: null }], {
          do: "attach_version",
          ...(replaced ? { attachment: replaced.id } : {}),
          name: file.name,
          sha256,
          size,
          media_type: file.type || "application/octet-stream",
        });
        this.attached(file.name, result);
        this.taking = this.taking.slice(1);
      }
    } catch (error) {
      this.onFailure(error);
    } finally {
      this.taking = [];
    }
  }

  open(item: string, sha256: string): Promise<void> {
    return this.#fetch(sha256, () => this.backend.openFile(item, sha256));
  }

  save(item: string, sha256: string): Promise<void> {
    return this.#fetch(sha256, async () => {
      this.toasts.notice(text.item.saved(await this.backend.saveFile(item, sha256)));
    });
  }

  cancel(sha256: string): void {
    this.backend.cancelFile(sha256).catch((error: unknown) => this.onFailure(error));
  }

  async loadRules(): Promise<void> {
    try {
      [this.rules, this.size] = await Promise.all([this.backend.fileRules(), this.backend.filesSize()]);
    } catch (error) {
      this.onFailure(error);
    }
  }

  async setRules(changed: Partial<FileRules>): Promise<void> {
    if (!this.rules) return;
    const before = this.rules;
    this.rules = { ...before, ...changed };
    try {
      await this.backend.setFileRules(this.rules);
      // Less room takes effect at once.
      this.size = await this.backend.filesSize();
    } catch (error) {
      this.rules = before;
      this.onFailure(error);
    }
  }

  async #fetch(sha256: string, ask: () => Promise<void>): Promise<void> {
    if (this.fetching.has(sha256)) return;
    this.fetching = new Set([...this.fetching, sha256]);
    try {
      await ask();
    } catch (error) {
      this.onFailure(error);
    } finally {
      this.fetching = new Set([...this.fetching].filter((one) => one !== sha256));
    }
  }
}
