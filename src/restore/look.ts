/** The host as it is now, held against what a run did to it. Changes nothing. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileImage } from '../host/file-state.ts';
import type { UnitState } from '../host/port.ts';
import { NO_DATABASE } from '../host/postgres/errors.ts';
import { quoteLiteral } from '../host/postgres/quote.ts';
import { rolesScript } from '../host/postgres/roles.ts';
import type { DirectoryBefore } from '../model/backup.ts';
import type { AdminServer } from '../model/credentials.ts';
import { HostError, messageOf } from '../model/errors.ts';
import type { Identity } from '../model/facts.ts';
import { parentOf } from '../model/paths.ts';
import type { TimekeepingRows } from '../model/plan.ts';
import { adminOf } from '../steps/admin.ts';
import { isAsBefore, isEmpty, type LookContext } from '../steps/database-state.ts';
import { readRows, within } from '../steps/dwh-rows.ts';
import { isBack } from '../steps/files-put.ts';
import type {
  DatabaseEffect,
  Effects,
  FileEffect,
  FileGroup,
  RolesEffect,
  RowsEffect,
  ServiceEffect,
} from './effects.ts';

/**
 * `before`: as it was before the run. `left`: as the run left it. `changed`: anything else. `since`: changed too, but only after an earlier restore of the same run had put it back.
 */
export type Verdict = 'before' | 'left' | 'changed' | 'since';

export interface FileFinding extends FileEffect {
  verdict: Verdict;
  present: Identity | null;
}

export interface GroupFinding extends Omit<FileGroup, 'files'> {
  files: FileFinding[];
}

export interface DatabaseFinding extends DatabaseEffect {
  verdict: Verdict;
  now: 'absent' | 'empty' | 'full';
  /** Why it cannot be told, as the server or program said; null where it can. */
  trouble: string | null;
}

export interface RolesFinding extends RolesEffect {
  /** The script would be the same now. */
  asBefore: boolean;
  presentRoles: string[];
  presentDatabases: string[];
  /** Roles that are there with another password or other rights than before. */
  changedRoles: string[];
  trouble: string | null;
}

export interface RowsFinding extends RowsEffect {
  verdict: Verdict;
  now: TimekeepingRows | null;
  trouble: string | null;
}

export interface ServiceFinding extends ServiceEffect {
  state: UnitState;
}

export interface Findings {
  effects: Effects;
  files: GroupFinding[];
  /** Directories that are not there, though files are to be put into them, and which the run did not remove. */
  missingDirs: string[];
  /** Directories that the run removed and that are not there. */
  removedDirs: DirectoryBefore[];
  /** Directories that the run made and that are there. */
  madeDirs: string[];
  databases: DatabaseFinding[];
  roles: RolesFinding[];
  /** Databases that are still closed. */
  closed: { database: string; server: AdminServer }[];
  rows: RowsFinding[];
  services: ServiceFinding[];
}

/** What earlier restores of the same run have put back, and no later run has taken away. */
export interface PutBack {
  paths: ReadonlySet<string>;
  databases: ReadonlySet<string>;
}

export interface RestoreLook extends LookContext {
  /** Real path of the backup of the run that is put back. */
  backup: string;
  putBack: PutBack;
}

function changed(known: boolean): Verdict {
  return known ? 'since' : 'changed';
}

async function lookAtFile(effect: FileEffect, outside: boolean, look: RestoreLook): Promise<FileFinding> {
  const files = outside ? look.host.machine : look.host.files;
  const { path, before, left } = effect;
  const present = (await files.stat(path))?.identity ?? null;
  const now = (await fileImage(files, path))?.state ?? null;
  const isBefore = before === null ? present === null : await isBack(files, before);
  // With the content from before but other rights, nothing would be lost by putting it back.
  const isLeft = now === left || (before !== null && now === before.state);
  const verdict = isBefore ? 'before' : isLeft ? 'left' : changed(look.putBack.paths.has(path));
  return { ...effect, present, verdict };
}

async function lookAtGroup(group: FileGroup, look: RestoreLook): Promise<GroupFinding> {
  const files = await Promise.all(group.files.map((file) => lookAtFile(file, group.outside, look)));
  return { ...group, files };
}

async function missingDirs(
  groups: readonly GroupFinding[],
  { removedDirs }: Effects,
  look: RestoreLook,
): Promise<string[]> {
  const wanted = groups
    .filter(({ outside }) => !outside)
    .flatMap(({ files }) => files.filter(({ before, verdict }) => before !== null && verdict !== 'before'));
  const dirs = new Set(wanted.map(({ path }) => parentOf(path)));
  const missing: string[] = [];
  for (const dir of dirs) {
    if (removedDirs.some(({ path }) => path === dir)) continue;
    if ((await look.host.files.stat(dir)) === null) missing.push(dir);
  }
  return missing.sort();
}

async function present(paths: readonly string[], look: RestoreLook): Promise<{ there: string[]; absent: string[] }> {
  const [there, absent]: [string[], string[]] = [[], []];
  for (const path of paths) ((await look.host.files.stat(path)) === null ? absent : there).push(path);
  return { there, absent };
}

/** What a server answers; what it cannot be asked is told, not guessed. */
async function attempt<T>(
  look: RestoreLook,
  otherwise: T,
  ask: () => Promise<T>,
): Promise<T & { trouble: string | null }> {
  try {
    return { ...(await ask()), trouble: null };
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    return { ...otherwise, trouble: look.vault.redact(messageOf(error)) };
  }
}

async function exists(look: RestoreLook, server: AdminServer, database: string): Promise<boolean> {
  const sql = `SELECT 1 AS one FROM pg_catalog.pg_database WHERE datname = ${quoteLiteral(database)}`;
  return (await adminOf(look, server).query(sql)).length > 0;
}

async function contentOf(effect: DatabaseEffect, look: RestoreLook): Promise<DatabaseFinding['now']> {
  if (effect.way.as === 'admin' && !(await exists(look, effect.way.server, effect.credentials.database)))
    return 'absent';
  try {
    return (await isEmpty(effect, look)) ? 'empty' : 'full';
  } catch (error) {
    if (error instanceof HostError && error.code === NO_DATABASE) return 'absent';
    throw error;
  }
}

async function lookAtDatabase(effect: DatabaseEffect, look: RestoreLook): Promise<DatabaseFinding> {
  const { before, left } = effect;
  const is = (dump: string): Promise<boolean> => isAsBefore(effect, dump, look, look.backup);
  const found = await attempt(look, { now: 'full' as const, verdict: 'changed' as Verdict }, async () => {
    const now = await contentOf(effect, look);
    if (now !== 'full') {
      const isBefore = before.state === now;
      return { now, verdict: (isBefore ? 'before' : 'left') as Verdict };
    }
    if (before.state === 'full' && (await is(join(look.backup, before.dump))))
      return { now, verdict: 'before' as Verdict };
    if (left !== null && (await is(left))) return { now, verdict: 'left' as Verdict };
    return { now, verdict: changed(look.putBack.databases.has(effect.key)) };
  });
  return { ...effect, ...found };
}

const named = (names: readonly string[]): string => (names.length === 0 ? "''" : names.map(quoteLiteral).join(', '));

async function lookAtRoles(effect: RolesEffect, look: RestoreLook): Promise<RolesFinding> {
  const { server, roles, databases, file } = effect;
  const nothing = { asBefore: false, presentRoles: [], presentDatabases: [], changedRoles: [] };
  const found = await attempt<Omit<RolesFinding, keyof RolesEffect | 'trouble'>>(look, nothing, async () => {
    const admin = adminOf(look, server);
    const rows = await admin.query<{ kind: string; name: string }>(
      `SELECT 'role' AS kind, rolname AS name FROM pg_roles WHERE rolname IN (${named(roles)})
       UNION ALL SELECT 'database', datname FROM pg_database WHERE datname IN (${named(databases)})`,
    );
    const present = (kind: string): string[] => rows.filter((row) => row.kind === kind).map(({ name }) => name);
    const [presentRoles, presentDatabases] = [present('role'), present('database')];
    const there = presentDatabases.map((name) => ({ name, limit: null }));
    const then = file === null ? '' : readFileSync(join(look.backup, file), 'utf8');
    const lines = new Set(then.split('\n'));
    const changedRoles: string[] = [];
    for (const role of file === null ? [] : presentRoles) {
      const own = (await rolesScript(admin, [role], [])).split('\n');
      if (!own.every((line) => lines.has(line))) changedRoles.push(role);
    }
    const whole = presentRoles.length === roles.length && presentDatabases.length === databases.length;
    const asBefore = file === null ? rows.length === 0 : whole && (await rolesScript(admin, roles, there)) === then;
    return { asBefore, presentRoles, presentDatabases, changedRoles };
  });
  return { ...effect, ...found };
}

async function lookAtRows(effect: RowsEffect, look: RestoreLook): Promise<RowsFinding> {
  const found = await attempt<{ now: TimekeepingRows | null }>(look, { now: null }, async () => ({
    now: await within(effect, look, (connection) => readRows(connection, '')),
  }));
  const is = (rows: TimekeepingRows): boolean => JSON.stringify(found.now) === JSON.stringify(rows);
  return { ...effect, ...found, verdict: is(effect.before) ? 'before' : is(effect.left) ? 'left' : 'changed' };
}

async function stillClosed({ closed }: Effects, look: RestoreLook): Promise<Effects['closed']> {
  const found: Effects['closed'] = [];
  for (const one of closed) {
    const sql = `SELECT 1 AS one FROM pg_catalog.pg_database WHERE datname = ${quoteLiteral(one.database)} AND datconnlimit = 0`;
    const { rows } = await attempt(look, { rows: 0 }, async () => ({
      rows: (await adminOf(look, one.server).query(sql)).length,
    }));
    if (rows > 0) found.push(one);
  }
  return found;
}

/** Looks at everything. @throws HostError if a file or service cannot be looked at */
export async function lookAt(effects: Effects, look: RestoreLook): Promise<Findings> {
  const files = await Promise.all(effects.files.map((group) => lookAtGroup(group, look)));
  const units = effects.services.map(({ unit }) => unit);
  const states = units.length === 0 ? [] : await look.host.services.states(units);
  return {
    effects,
    files,
    missingDirs: await missingDirs(files, effects, look),
    removedDirs: (
      await present(
        effects.removedDirs.map(({ path }) => path),
        look,
      )
    ).absent.flatMap((path) => effects.removedDirs.filter((dir) => dir.path === path)),
    madeDirs: (await present(effects.madeDirs, look)).there,
    databases: await Promise.all(effects.databases.map((effect) => lookAtDatabase(effect, look))),
    roles: await Promise.all(effects.roles.map((effect) => lookAtRoles(effect, look))),
    closed: await stillClosed(effects, look),
    rows: await Promise.all(effects.rows.map((effect) => lookAtRows(effect, look))),
    services: effects.services.map((effect, index) => ({ ...effect, state: states[index]! })),
  };
}
