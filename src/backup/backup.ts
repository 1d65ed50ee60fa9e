/** The backup of one run: its members, and the manifest that names each with size and SHA-256. */

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { syncDirectory } from '../apply/directories.ts';
import { writeContent, writeDurably } from '../apply/run-directory.ts';
import type { ArchivedFile, BackupMember, Manifest } from '../model/backup.ts';
import type { Identity } from '../model/facts.ts';

/** Name of the answer file of a component's database. */
export function answersName(component: string): string {
  return `${component}-answers.conf`;
}

export class Backup {
  /** Real path of the directory. */
  readonly dir: string;
  readonly run: string;
  readonly members: BackupMember[] = [];
  /** What the archive of the root holds, by host path, as each file was when it went in: the only content that may be removed. */
  readonly archived = new Map<string, Identity>();
  /** Host paths of the directories in it. */
  readonly directories = new Set<string>();
  /** What all archives hold, for whoever puts it back. */
  readonly files: ArchivedFile[] = [];

  constructor(dir: string, run: string) {
    this.dir = dir;
    this.run = run;
  }

  path(name: string): string {
    return join(this.dir, name);
  }

  /** Records a member that is already on disk and was read back. */
  add(member: BackupMember): void {
    this.members.push(member);
  }

  /** Writes a small member whole, 0600, and records it. Its content is on disk then, its name when the backup is sealed. */
  write(name: string, kind: BackupMember['kind'], text: string): void {
    writeContent(this.path(name), text);
    const sha256 = createHash('sha256').update(text).digest('hex');
    this.add({ name, kind, sizeBytes: Buffer.byteLength(text), sha256 });
  }

  /** Writes the manifest, last of all: a backup without one is not whole. Everything it names is on disk before it. */
  seal(about: Omit<Manifest, 'schema' | 'run' | 'files' | 'members'>): void {
    // Steps that run at the same time end in any order.
    const members = [...this.members].sort((a, b) => (a.name < b.name ? -1 : 1));
    writeContent(this.path('SHA256SUMS'), members.map(({ sha256, name }) => `${sha256}  ${name}\n`).join(''));
    syncDirectory(this.dir);
    const { run, files } = this;
    const manifest: Manifest = { schema: 'engine-cleanup/backup@1', run, ...about, files, members };
    writeDurably(this.path('manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  }

  /** Path of the dump of one of a component's databases; null if there is none. */
  dumpOf({ component, name }: { component: string; name: string }): string | null {
    const isOf = (one: BackupMember): boolean => one.component === component && one.database === name;
    const member = this.members.find((one) => one.kind === 'database' && isOf(one));
    return member ? this.path(member.name) : null;
  }

  /** Path of the answer file of a component's database; null if there is none. */
  answersOf(component: string): string | null {
    const name = answersName(component);
    return this.members.some((one) => one.name === name) ? this.path(name) : null;
  }
}
