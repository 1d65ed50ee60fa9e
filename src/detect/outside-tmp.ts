/** Below `--root`: password files of a killed developer-mode setup in the running machine's own /tmp. Only reads. */
import type { FileStat, Files } from '../host/port.ts';
import type { DatabaseFact, OutsideFile } from '../model/facts.ts';
import { isOutsidePath, namesOneOf, OUTSIDE } from '../model/outside.ts';
import type { DetectContext } from './context.ts';
import { isSetupPgpass } from './read/pgpass.ts';

/** More than a comment and one line can be, bytes. */
const TOO_LARGE = 4096;

/** Accounts of a system. A root that has none was never booted or entered: setup ran there as a program of this machine, in a PREFIX. */
const ACCOUNTS = ['/etc/passwd', '/usr/lib/passwd'];

/** A root that cannot be looked into is taken for a system: files of this machine are then not its own. */
async function isPrefix({ host }: DetectContext): Promise<boolean> {
  for (const path of ACCOUNTS) if ((await host.files.stat(path).catch(() => 'unreadable')) !== null) return false;
  return true;
}

/** Nobody but a file's owner can take its name away from it: what was seen under a name stays there until it is removed. */
function keepsNames(dir: FileStat | null, uid: number): boolean {
  if (dir?.identity.type !== 'dir' || (dir.uid !== 0 && dir.uid !== uid)) return false;
  return (dir.mode & 0o1000) !== 0 || (dir.mode & 0o022) === 0;
}

/** The login that a password file of setup is for; null for anything else. One that cannot be read is not ours: nothing but its content would tell. */
export async function loginIn(machine: Files, path: string, stat: FileStat): Promise<OutsideFile['names'] | null> {
  if (stat.identity.type !== 'file' || stat.identity.size >= TOO_LARGE) return null;
  const text = (await machine.readBytes(path, TOO_LARGE).catch(() => null))?.toString('utf8');
  const raw = text === undefined ? null : isSetupPgpass(path.slice(OUTSIDE.length + 1), stat.mode, text);
  if (raw === null) return null;
  const { host, port, database, role } = raw;
  return { host, port, database, role };
}

/** Why a password file is told and not removed, as a phrase; null if it may go. */
async function whyLeft(
  context: DetectContext,
  path: string,
  { uid, links }: FileStat,
  about: { prefix: boolean; steady: boolean },
): Promise<string | null> {
  if (!about.prefix) return 'the root has accounts of its own, so it is no prefix of a developer-mode installation';
  if (uid !== context.uid) return 'it is not a file of the caller';
  if (links !== 1) return 'it has a second name somewhere else';
  if (!about.steady) return `in ${OUTSIDE} somebody else could put another file in its place`;
  const mounted = await context.host.machine.onOtherMount(path, OUTSIDE).catch(() => true);
  return mounted ? 'it is a mount of its own' : null;
}

/**
 * The caller's own password files outside of the root that name a database of this installation. Those that are not removed, but are the caller's or the root's owner's, are
 * told with the command; everybody else's are nobody's business here.
 */
export async function findOutsideTmp(
  context: DetectContext,
  databases: readonly DatabaseFact[],
): Promise<OutsideFile[]> {
  const { files, machine } = context.host;
  const stat = (path: string): Promise<FileStat | null> => machine.stat(path).catch(() => null);
  const owner = (await files.stat('/').catch(() => null))?.uid;
  const about = { prefix: await isPrefix(context), steady: keepsNames(await stat(OUTSIDE), context.uid) };
  const found: OutsideFile[] = [];
  for (const name of (await machine.list(OUTSIDE).catch(() => null)) ?? []) {
    const path = `${OUTSIDE}/${name}`;
    if (!isOutsidePath(path)) continue;
    const before = await stat(path);
    if (before === null || (before.uid !== context.uid && before.uid !== owner)) continue;
    const names = await loginIn(machine, path, before);
    if (names === null || !namesOneOf(names, databases)) continue;
    // What was read must be what was looked at.
    if (JSON.stringify(await stat(path)) !== JSON.stringify(before)) continue;
    const left = await whyLeft(context, path, before, about);
    if (left === null) {
      found.push({ path, identity: before.identity, mode: before.mode, uid: before.uid, names });
      continue;
    }
    context.note(
      'password-file',
      `${path}, outside of the root, holds a password of this installation's database. It stays, because ${left}. Remove it by hand: rm ${path}`,
    );
  }
  return found;
}
