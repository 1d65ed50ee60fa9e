/** PostgreSQL's client programs: the newest that Debian's packages put aside, else the one on PATH. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const DIRECTORY = '/usr/lib/postgresql';

export function postgresProgram(name: 'psql' | 'pg_dump' | 'pg_restore'): string {
  const versions = existsSync(DIRECTORY) ? readdirSync(DIRECTORY).filter((entry) => /^\d+$/.test(entry)) : [];
  const found = versions
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(DIRECTORY, version, 'bin', name))
    .find((path) => existsSync(path));
  return found ?? name;
}
