/**
 * otopi's transaction of files: each is written as `NAME.XXXXXXXX.tmp` beside its target when it is added, and gets its name when the transaction is committed. The
 * file that was there stays as `NAME.<timestamp>` for ever. A file whose content is there already is left out, of the transaction and so of the record.
 */

import type { FileAttributes, Host } from '../base/host.ts';
import { randomSuffix, unusedTimestamp } from '../base/names.ts';
import type { Stages } from '../base/stages.ts';

export interface PlannedFile extends FileAttributes {
  path: string;
  content: string | Buffer;
  /** Group of the uninstall record; null for one that is not recorded. */
  record: string | null;
  /** The old file is not kept (version lock lists). */
  noCopy?: boolean;
}

interface Pending {
  file: PlannedFile;
  temporary: string;
}

interface Done {
  path: string;
  /** Where the old file is; null where there was none. */
  copy: string | null;
}

export class Transaction {
  readonly #host: Host;
  readonly #modified: (path: string, group: string) => void;
  readonly #pending: Pending[] = [];
  readonly #done: Done[] = [];
  /** What else is taken back, the newest first. */
  readonly #undo: (() => void)[] = [];

  /** @param modified is told every file that is changed, for the record */
  constructor(host: Host, modified: (path: string, group: string) => void) {
    this.#host = host;
    this.#modified = modified;
  }

  add(file: PlannedFile): void {
    const content = Buffer.from(file.content);
    if (this.#host.exists(file.path) && this.#host.bytes(file.path).equals(content)) return;
    const temporary = `${file.path}.${randomSuffix()}.tmp`;
    const { mode, owner, group } = file;
    this.#host.write(temporary, content, {
      ...(mode === undefined ? {} : { mode }),
      ...(owner === undefined ? {} : { owner }),
      ...(group === undefined ? {} : { group }),
    });
    this.#pending.push({ file, temporary });
    if (file.record !== null) this.#modified(file.path, file.record);
  }

  /** Something outside of files that a roll-back takes back. */
  onAbort(undo: () => void): void {
    this.#undo.unshift(undo);
  }

  /** Gives every file its name, in the order in which they were added. `last`: only this one waits for the end. */
  commit(stages: Stages, last: string): void {
    const half = Math.floor(this.#pending.length / 2);
    let count = 0;
    for (const { file, temporary } of this.#pending.splice(0)) {
      if (count === half) stages.reached('files-half');
      if (file.path === last) stages.reached('before-marker');
      this.#rename(file, temporary);
      count += 1;
    }
  }

  #rename(file: PlannedFile, temporary: string): void {
    const there = this.#host.exists(file.path);
    const copyName = (time: string): string => `${file.path}.${time}`;
    const copy =
      there && file.noCopy !== true ? copyName(unusedTimestamp((time) => this.#host.exists(copyName(time)))) : null;
    if (copy !== null) this.#host.copy(file.path, copy);
    this.#host.rename(temporary, this.#host.resolved(file.path) ?? file.path);
    this.#done.push({ path: file.path, copy });
  }

  /** Takes everything back: temporary files go, files that have their name already go or become the old one again. */
  abort(): void {
    for (const { temporary } of this.#pending.splice(0)) this.#host.remove(temporary);
    for (const { path, copy } of this.#done.splice(0).reverse()) {
      if (copy === null) this.#host.remove(path);
      else this.#host.copy(copy, path);
    }
    for (const undo of this.#undo.splice(0)) undo();
  }
}
