/** Content of attachments on the sample organisation's device. */
import type { AttachmentView, Failure, FileRules, ItemView, StagedFile } from "$lib/generated";
import { digestOf } from "./random";

const PROGRAMS = /\.(exe|bat|cmd|sh|js|desktop|appimage|scr|msi|ps1)$/i;

function failure(code: Failure["code"], message: string): Failure {
  return { code, message, request_id: null };
}

export class Files {
  /** What is on this device, by its hash. */
  readonly here = new Set<string>();
  /** What was asked for, for tests. */
  readonly opened: string[] = [];
  readonly saved: string[] = [];
  rules: FileRules = { keep_offline: true, largest: 5_000_000, limit: 500_000_000 };
  size = 12_300_000;

  stage(file: File): StagedFile {
    const sha256 = digestOf(`${file.name}:${file.size}`).padEnd(64, "0").slice(0, 64);
    this.here.add(sha256);
    return { sha256, size: file.size };
  }

  mark(attachments: AttachmentView[], waiting: ReadonlySet<string>): void {
    for (const version of attachments.flatMap((attachment) => attachment.versions)) {
      version.here = this.here.has(version.sha256);
      version.pending = waiting.has(version.sha256);
    }
  }

  open(item: ItemView, sha256: string, online: boolean): void {
    const name = this.#fetch(item, sha256, online);
    if (PROGRAMS.test(name))
      throw failure(
        "refused",
        `${name} may be a program: opening it could run it. Save it, and look at it before you do.`,
      );
    this.opened.push(name);
  }

  save(item: ItemView, sha256: string, online: boolean): string {
    const path = `/home/ines/Downloads/${this.#fetch(item, sha256, online)}`;
    this.saved.push(path);
    return path;
  }

  #fetch(item: ItemView, sha256: string, online: boolean): string {
    const named = item.attachments.find((one) => one.versions.some((version) => version.sha256 === sha256));
    if (!named) throw failure("not_found", "This item has no such file.");
    if (!this.here.has(sha256) && !online)
      throw failure("offline", "The portal cannot be reached, and this file is not on this device.");
    this.here.add(sha256);
    return named.name;
  }
}
