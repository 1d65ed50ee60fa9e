/** The engine's schema: made in a new database, refreshed in one that is upgraded. */
import { SetupError } from '../base/abort.ts';
import { randomSuffix, timestamp } from '../base/names.ts';
import { aaaStatements, refreshAaa } from '../database/aaa.ts';
import { clearStatements } from '../database/clear.ts';
import { dump, restore } from '../database/dump.ts';
import { createCode, dropCode, firstCode } from '../database/engine-code.ts';
import { firstRows, upgradeRow } from '../database/engine-rows.ts';
import { tableStatements, upgradeStatements } from '../database/engine-tables.ts';
import type { Session } from '../database/session.ts';
import type { OtopiRun } from './run.ts';

const BACKUPS = '/var/lib/ovirt-engine/backups';
const CHECKSUMS = '/var/lib/ovirt-engine/dbmd5';

/** @throws SetupError with the server's words */
function apply(session: Session, statements: readonly string[]): void {
  try {
    session.run(statements.join('\n'));
  } catch (error) {
    throw new SetupError(`Engine schema refresh failed: ${(error as Error).message}`);
  }
}

/** Checksums of the scripts, beside the database since 3.5. */
function writeChecksums(run: OtopiRun, session: Session): void {
  const { host, database } = session.credentials;
  const line = 'd41d8cd98f00b204e9800998ecf8427e  create/tables.sql\n';
  for (const name of run.traits.aaa ? [database, `${database}-aaa-jdbc`] : [database])
    run.context.host.write(`${CHECKSUMS}/${host}-${name}.scripts.md5`, line.repeat(20));
}

/** A roll-back clears the database, and puts back what was in it before. */
function takeBack(run: OtopiRun, session: Session, backup: string | null): void {
  run.transaction.onAbort(() => {
    session.try(clearStatements());
    if (backup !== null) restore(run.context.host, session, backup, run.traits.customDump);
  });
}

/** Everything but the accounts. */
function newSchema(run: OtopiRun, session: Session): void {
  const { stages } = run.context;
  const tables = [...firstCode(run.version), ...tableStatements(run.version)];
  if (stages.ends('schema-half')) {
    apply(session, tables.slice(0, -6));
    stages.reached('schema-half');
  }
  apply(session, [...tables, ...createCode(run.version), ...firstRows(run.version, session.credentials.role)]);
}

/** The scripts of an upgrade begin with dropping views and functions: one that dies there leaves a database that no later one mends. */
function refreshedSchema(run: OtopiRun, session: Session): void {
  const { stages } = run.context;
  const { role } = session.credentials;
  apply(session, dropCode());
  stages.reached('schema-half');
  apply(session, [...upgradeStatements(run.version), ...upgradeRow(run.version, role), ...createCode(run.version)]);
}

/**
 * The schema of the accounts. In a new database it is made; where it was left behind, and on the way of an upgrade, it is refreshed, which makes nobody an administrator.
 * @returns whether it was made by this run
 */
function accounts(run: OtopiRun, session: Session, isNew: boolean): boolean {
  const { stages } = run.context;
  const { role } = session.credentials;
  const made = isNew && session.value("select 1 from pg_namespace where nspname = 'aaa_jdbc'") === null;
  if (made && stages.ends('schema-done')) apply(session, aaaStatements(role, true));
  stages.reached('schema-done');
  apply(session, made ? aaaStatements(role, false) : refreshAaa(role));
  return made;
}

/** @returns whether an administrator is to be made: the accounts are new */
export function applySchema(run: OtopiRun, session: Session, isNew: boolean): boolean {
  const { host, stages } = run.context;
  let backup: string | null = null;
  if (!isNew) {
    const ending = run.traits.customDump ? 'dump' : 'sql';
    backup = `${BACKUPS}/engine-${timestamp()}.${randomSuffix()}.${ending}`;
    dump(host, session, backup, run.traits.customDump);
  }
  takeBack(run, session, backup);
  if (isNew) newSchema(run, session);
  else refreshedSchema(run, session);
  writeChecksums(run, session);
  if (run.traits.aaa) return accounts(run, session, isNew);
  stages.reached('schema-done');
  return isNew;
}
