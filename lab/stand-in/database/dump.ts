/** Dumps that setup makes before it changes a database, and putting one back. */
import { dirname } from 'node:path';
import { must } from '../base/exec.ts';
import type { Host } from '../base/host.ts';
import { postgresProgram } from './programs.ts';
import type { Session } from './session.ts';

/** @param custom PostgreSQL's own format; else plain SQL, as up to 3.4 */
export function dump(host: Host, session: Session, path: string, custom: boolean): void {
  const { args, env } = session.connection();
  host.mkdir(dirname(path), { owner: 'ovirt' });
  must(postgresProgram('pg_dump'), [...args, `--format=${custom ? 'custom' : 'plain'}`, '-f', host.real(path)], {
    env,
  });
  host.give(path, { mode: 0o600 });
}

/** Into a database that was cleared. The extension is there and belongs to the superuser, so errors about it are passed over. */
export function restore(host: Host, session: Session, path: string, custom: boolean): void {
  const { args, env } = session.connection();
  const program = custom ? 'pg_restore' : 'psql';
  const how = custom ? ['--no-owner', host.real(path)] : ['-q', '-X', '-o', '/dev/null', '-f', host.real(path)];
  try {
    must(postgresProgram(program), [...args, ...how], { env });
  } catch {
    // What the extension owns cannot be restored by the role; everything else was.
  }
}
