/**
 * Removes a run with its backup. The disk may be somebody else's: only directories of ours are entered, once they are open nobody can swap them, and only files that a run makes go. Whatever else is
 * there stays, and is named.
 */
import { closeSync, constants, lstatSync, openSync, readdirSync, rmdirSync, rmSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { assertOurs } from '../apply/run-directory.ts';
import { at } from '../host/files/walk.ts';
import { HostError } from '../model/errors.ts';
import { STAGE } from '../steps/stage.ts';
import { readRun, runIds } from './runs.ts';

/** Members of a backup as any run names them, and what the commands of its README and a killed run leave. */
const MEMBER =
  /^(?:manifest\.json(?:\.tmp)?|SHA256SUMS|README|pgpass|trusted-ca\.pem|(?:files|outside)\.tar\.gz|dwh-rows\.sql|ovn-rows\.sh|roles(?:-[\w.-]+)?\.sql|.+\.others\.sql|.+\.dump|.+\.list|[\w.-]+-answers\.conf|\.[0-9a-f]+)$/;

/** In the order in which they go: without the last a run is none any more, and without the first nobody misses the second. */
const RUN_FILES = ['report.json', 'journal.jsonl', 'plan.json'];

function notOurs(message: string): HostError {
  return new HostError(message, { hint: 'See who made it, and remove it by hand where it is not needed.' });
}

/** @throws HostError if there are any */
function assertNone(dir: string, others: readonly string[]): void {
  if (others.length === 0) return;
  const paths = others.map((name) => join(dir, name)).join(', ');
  throw notOurs(`${paths} ${others.length === 1 ? 'is' : 'are'} not of a run, and left.`);
}

/** Calls `use` with the names in a directory of ours that is open. */
function inside(dir: string, use: (fd: number, names: string[]) => void): void {
  assertOurs(dir);
  const fd = openSync(dir, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    assertOurs(at(fd, '.'));
    use(fd, readdirSync(at(fd, '.')));
  } finally {
    closeSync(fd);
  }
}

/** Removes files whose names pass, `last` after all others. @throws HostError that names what is left */
function removeFiles(dir: string, passes: (name: string) => boolean, last: string): void {
  inside(dir, (fd, names) => {
    const isOurs = (name: string): boolean => passes(name) && !lstatSync(at(fd, name)).isDirectory();
    const ours = names.filter(isOurs).sort((a, b) => Number(a === last) - Number(b === last));
    for (const name of ours) unlinkSync(at(fd, name));
    assertNone(
      dir,
      names.filter((name) => !ours.includes(name)),
    );
  });
}

/** Removes the backup of a run, then the rest of it; its plan last, by which the next one finds what is left. @throws HostError */
export function removeRun(root: string, id: string): void {
  if (!runIds(root).includes(id)) return;
  const run = readRun(root, id);
  if (run === null) return;
  if (run.trouble !== null) throw notOurs(run.trouble);
  const { path, backup } = run;
  const members = new Set(backup?.manifest?.members.map(({ name }) => name));
  const hasBackup = backup !== null && backup.state !== 'gone';
  if (hasBackup && !backup.own) throw notOurs(backup.why);
  if (hasBackup) removeFiles(backup.dir, (name) => MEMBER.test(name) || members.has(name), 'manifest.json');
  inside(path, (fd, names) => {
    if (names.includes(STAGE)) rmSync(at(fd, STAGE), { recursive: true, force: true });
    const cutOff = RUN_FILES.map((name) => `${name}.tmp`);
    const known = [...RUN_FILES, ...cutOff, STAGE, ...(backup?.dir === join(path, 'backup') ? ['backup'] : [])];
    assertNone(
      path,
      names.filter((name) => !known.includes(name)),
    );
    for (const name of [...cutOff, ...RUN_FILES.slice(0, -1)]) if (names.includes(name)) unlinkSync(at(fd, name));
    if (hasBackup) rmdirSync(backup.dir);
    for (const name of RUN_FILES.slice(-1)) unlinkSync(at(fd, name));
  });
  rmdirSync(path);
}
