/** Passwords of an earlier run: its plan has only keys into a memory that is gone, its backup has them in a password file for libpq. */
import { join } from 'node:path';
import { PASSWORDS } from '../backup/login.ts';
import { type PgpassLine, parsePgpassLine } from '../detect/read/pgpass.ts';
import type { Credentials, Vault } from '../model/credentials.ts';
import type { Plan } from '../model/plan.ts';
import { readOwn } from './runs.ts';

function isCredentials(value: object): value is Credentials {
  return 'secret' in value && 'role' in value && 'host' in value && 'port' in value;
}

function passwordOf({ host, port, database, role }: Credentials, lines: readonly PgpassLine[]): string | undefined {
  const fits = (line: PgpassLine): boolean =>
    line.host === (host || 'localhost') && line.port === String(port) && line.role === role;
  const own = lines.filter(fits);
  return (own.find((line) => line.database === database) ?? own.find((line) => line.database === '*'))?.password;
}

/** The same plan, with keys into this memory. */
export function withSecrets(plan: Plan, backup: string, vault: Vault): Plan {
  const text = readOwn(join(backup, PASSWORDS)) ?? '';
  const lines = text.split('\n').flatMap((line) => parsePgpassLine(line) ?? []);
  const known = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(known);
    const copy = Object.fromEntries(Object.entries(value).map(([key, one]) => [key, known(one)]));
    if (!isCredentials(copy)) return copy;
    const password = passwordOf(copy, lines);
    return { ...copy, secret: password === undefined ? null : vault.put(password) };
  };
  return known(plan) as Plan;
}
