/** Databases, roles and rows as they are now, held against what a run did to them. Changes nothing. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NO_DATABASE } from '../host/postgres/errors.ts';
import { quoteLiteral } from '../host/postgres/quote.ts';
import { rolesScript } from '../host/postgres/roles.ts';
import type { AdminServer } from '../model/credentials.ts';
import { HostError, messageOf } from '../model/errors.ts';
import type { TimekeepingRows } from '../model/plan.ts';
import { adminOf } from '../steps/admin.ts';
import { isAsBefore, isEmpty } from '../steps/database-state.ts';
import { readRows, within } from '../steps/dwh-rows.ts';
import type { DatabaseEffect, Effects, RolesEffect, RowsEffect } from './effects.ts';
import {
  changed,
  type DatabaseFinding,
  type Findings,
  type RestoreLook,
  type RolesFinding,
  type RowsFinding,
  type Verdict,
} from './findings.ts';

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

export async function lookAtDatabase(effect: DatabaseEffect, look: RestoreLook): Promise<DatabaseFinding> {
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
    if (left !== null && existsSync(left) && (await is(left))) return { now, verdict: 'left' as Verdict };
    return { now, verdict: changed(look.putBack.databases.has(effect.key)) };
  });
  return { ...effect, ...found };
}

const named = (names: readonly string[]): string => (names.length === 0 ? "''" : names.map(quoteLiteral).join(', '));

export async function lookAtRoles(effect: RolesEffect, look: RestoreLook): Promise<RolesFinding> {
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

export async function lookAtRows(effect: RowsEffect, look: RestoreLook): Promise<RowsFinding> {
  const found = await attempt<{ now: TimekeepingRows | null }>(look, { now: null }, async () => ({
    now: await within(effect, look, (connection) => readRows(connection, '')),
  }));
  const is = (rows: TimekeepingRows): boolean => JSON.stringify(found.now) === JSON.stringify(rows);
  return { ...effect, ...found, verdict: is(effect.before) ? 'before' : is(effect.left) ? 'left' : 'changed' };
}

export async function stillClosed(
  { closed }: Effects,
  look: RestoreLook,
): Promise<Pick<Findings, 'closed' | 'unasked'>> {
  const found: Pick<Findings, 'closed' | 'unasked'> = { closed: [], unasked: [] };
  for (const one of closed) {
    const { database } = one;
    const sql = `SELECT 1 AS one FROM pg_catalog.pg_database WHERE datname = ${quoteLiteral(database)} AND datconnlimit = 0`;
    const { rows, trouble } = await attempt(look, { rows: 0 }, async () => ({
      rows: (await adminOf(look, one.server).query(sql)).length,
    }));
    if (rows > 0) found.closed.push(one);
    if (trouble !== null) found.unasked.push({ database, trouble });
  }
  return found;
}
