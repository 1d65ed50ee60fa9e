/** Files of the host below a root. Paths are the host's own (`/etc/ovirt-engine`); links are followed inside the root, as they would be on the host. */
import {
  chmodSync,
  chownSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Account, groupId, userId } from './accounts.ts';

export interface FileAttributes {
  mode?: number;
  owner?: Account;
  group?: Account;
}

export class Host {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  /** The real path of a host path; a link as the last component is not followed. */
  real(path: string): string {
    return join(this.root, path);
  }

  /** Where a host path leads, by its links. Null for a dangling link or one that goes round in circles. */
  resolved(path: string): string | null {
    let current = path;
    for (let hops = 0; hops < 10; hops += 1) {
      const stat = lstatSync(this.real(current), { throwIfNoEntry: false });
      if (stat === undefined) return null;
      if (!stat.isSymbolicLink()) return current;
      current = resolve(dirname(current), readlinkSync(this.real(current)));
    }
    return null;
  }

  /** As Python's os.path.exists: false for a dangling link. */
  exists(path: string): boolean {
    return this.resolved(path) !== null;
  }

  isLink(path: string): boolean {
    return lstatSync(this.real(path), { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
  }

  read(path: string): string {
    return readFileSync(this.real(this.resolved(path) ?? path), 'utf8');
  }

  bytes(path: string): Buffer {
    return readFileSync(this.real(this.resolved(path) ?? path));
  }

  /** Null where there is no such file. */
  readIfThere(path: string): string | null {
    return this.exists(path) ? this.read(path) : null;
  }

  /** Names in a directory, sorted; none where there is no directory. */
  list(dir: string): string[] {
    try {
      return readdirSync(this.real(dir)).sort();
    } catch {
      return [];
    }
  }

  write(path: string, content: string | Buffer, attributes: FileAttributes = {}): void {
    const real = this.real(this.resolved(path) ?? path);
    mkdirSync(dirname(real), { recursive: true });
    // A file with a password is never readable by others, not even while it is written.
    writeFileSync(real, content, { mode: 0o600 });
    this.give(path, { mode: 0o644, ...attributes });
  }

  give(path: string, { mode, owner, group }: FileAttributes): void {
    const real = this.real(this.resolved(path) ?? path);
    if (mode !== undefined) chmodSync(real, mode);
    if (process.getuid?.() !== 0 || (owner === undefined && group === undefined)) return;
    chownSync(real, userId(this.root, owner ?? 'root'), groupId(this.root, group ?? owner ?? 'root'));
  }

  mkdir(path: string, attributes: FileAttributes = {}): void {
    if (this.exists(path)) return;
    mkdirSync(this.real(path), { recursive: true, mode: 0o755 });
    this.give(path, attributes);
  }

  symlink(target: string, path: string): void {
    mkdirSync(dirname(this.real(path)), { recursive: true });
    symlinkSync(target, this.real(path));
  }

  /** A copy with the mode and owner of the original. */
  copy(from: string, to: string): void {
    const source = this.real(this.resolved(from) ?? from);
    mkdirSync(dirname(this.real(to)), { recursive: true });
    copyFileSync(source, this.real(to));
    const { mode, uid, gid } = statSync(source);
    chmodSync(this.real(to), mode & 0o7777);
    if (process.getuid?.() === 0) chownSync(this.real(to), uid, gid);
  }

  rename(from: string, to: string): void {
    renameSync(this.real(from), this.real(to));
  }

  remove(path: string): void {
    rmSync(this.real(path), { force: true, recursive: true });
  }
}
