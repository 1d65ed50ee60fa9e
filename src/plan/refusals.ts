/** Reasons not to start that follow from facts and wishes together. Pure. */
import type { Refusal } from '../model/errors.ts';
import type { DatabaseFact, Facts } from '../model/facts.ts';
import { isBelow, nameOf, realPath } from '../model/paths.ts';
import type { PlannedDatabase, Wishes } from '../model/plan.ts';
import { releaseOf } from '../model/server-version.ts';

function list(names: readonly string[], most = 5): string {
  const shown = names.slice(0, most).join(', ');
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}

/** Nothing of an installation is on this host but what survives every cleanup. */
export function isBare({ files, marker, records }: Facts): boolean {
  return files.length === 0 && marker === null && records.paths.length === 0;
}

function databaseRefusals(facts: Facts, fact: DatabaseFact, planned: PlannedDatabase): Refusal[] {
  const refusals: Refusal[] = [];
  const { content } = fact;
  const takes = planned.action === 'drop' || planned.action === 'clear';
  const onlyAnswers = fact.candidates.length > 0 && fact.candidates.every(({ origin }) => origin === 'answer-file');
  if (takes && onlyAnswers && isBare(facts) && content && content.tables > 0 && content.missing.length === 0) {
    refusals.push({
      check: 'old-answers',
      message: `The ${fact.title} "${planned.name}" on ${planned.host} is whole, and only an old answer file (${realPath(facts.root, fact.credentials?.source ?? '')}) names it: nothing else of an installation is on this host, so another one may be using it. Nothing was changed.`,
      hint: 'If it is no longer used, go on with --force old-answers. If it is, remove the answer file, or its lines about the database.',
      forcible: true,
    });
  }
  if (planned.action === 'clear' && content && content.foreignObjects.length > 0) {
    refusals.push({
      check: 'foreign-objects',
      message: `The ${fact.title} "${planned.name}" holds objects that role "${planned.role}" does not own: ${list(content.foreignObjects)}. Nothing was changed.`,
      hint: 'Move or drop them first. With --force foreign-objects they are left and kept out of the dump; a table left in "public" makes engine-setup take the database for an upgrade.',
      forcible: true,
    });
  }
  if (planned.action === 'keep' && content && content.tables > 0 && content.missing.length > 0) {
    const dump = fact.newestDump ? ` The newest dump that setup made is ${fact.newestDump}.` : '';
    refusals.push({
      check: 'half-built',
      message: `The ${fact.title} "${planned.name}" is half-built, a setup or upgrade died in it. It lacks: ${list(content.missing)}. engine-setup would fail on it, or succeed falsely. Nothing was changed.`,
      hint: `Run without -d to drop it, or restore a dump into it first.${dump} With --force half-built it is kept as it is.`,
      forcible: true,
    });
  }
  if (content?.hostedEngine === 'active' && planned.action !== 'foreign') {
    refusals.push({
      check: 'hosted-engine',
      message:
        'This engine runs as a hosted engine and its hosts are not in global maintenance: they would restart it during the cleanup. Nothing was changed.',
      hint: 'Run "hosted-engine --set-maintenance --mode=global" on one of its hosts first. With --force hosted-engine the cleanup goes on.',
      forcible: true,
    });
  }
  return refusals;
}

/** Oldest server a pg_dump can dump: since 15 that is 9.2, before it was 8.0 (release notes of PostgreSQL 15). */
function oldestServer(pgDumpMajor: number): number {
  return pgDumpMajor >= 15 ? 90200 : 80000;
}

/** Where they are to be had: each version lies in a directory of its own, in which host/tools.ts looks. */
function packagesOf(serverVersion: number): string {
  const release = releaseOf(serverVersion);
  return `of the PostgreSQL project postgresql${release.replace('.', '')}, of Debian postgresql-client-${release}`;
}

function toolRefusals(facts: Facts, dumped: { planned: PlannedDatabase; serverVersion: number | null }[]): Refusal[] {
  const without = 'or run with --no-backup';
  if (dumped.length === 0) return [];
  const { pgDump, pgRestore } = facts.tools;
  if (!pgDump || !pgRestore) {
    const missing = pgDump ? 'pg_restore' : 'pg_dump';
    const silent = facts.tools.silent?.find(({ path }) => nameOf(path) === missing);
    return [
      {
        check: 'pg-dump',
        message: silent
          ? `${silent.path} cannot be used (${silent.why}), so the database cannot be backed up. Nothing was changed.`
          : `${missing} was not found, so the database cannot be backed up. Nothing was changed.`,
        hint: silent
          ? `Run "${silent.path} --version" to see what is wrong with it, ${without}.`
          : `Install PostgreSQL's client programs, ${without}.`,
        forcible: false,
      },
    ];
  }
  const refusals: Refusal[] = [];
  for (const { planned, serverVersion } of dumped) {
    if (serverVersion === null) continue;
    const server = Math.floor(serverVersion / (serverVersion >= 100000 ? 10000 : 100));
    const client = Math.floor(pgDump.version / (pgDump.version >= 100000 ? 10000 : 100));
    if (server > client || serverVersion < oldestServer(Math.floor(pgDump.version / 10000))) {
      refusals.push({
        check: 'pg-dump',
        message: `${pgDump.path} is version ${releaseOf(pgDump.version)} and cannot dump database "${planned.name}", whose server is version ${releaseOf(serverVersion)}. Nothing was changed.`,
        hint: `Install the client programs of PostgreSQL ${releaseOf(serverVersion)}: they may stand beside the others (${packagesOf(serverVersion)}). Then run this again, ${without}.`,
        forcible: false,
      });
    }
  }
  return refusals;
}

const MIB = 1024 * 1024;

function spaceRefusals(facts: Facts, wishes: Wishes, databaseBytes: number, removedDirs: readonly string[]): Refusal[] {
  const refusals: Refusal[] = [];
  const { backupDir, freeBytes, filesBytes } = facts.space;
  const inside = removedDirs.find((dir) => isBelow(backupDir, dir));
  if (inside !== undefined) {
    refusals.push({
      check: 'backup-dir',
      message: `The backup directory ${backupDir} lies inside ${inside}, which is cleaned up. Nothing was changed.`,
      hint: 'Name another place with --backup-dir.',
      forcible: false,
    });
  }
  if (wishes.backup && facts.space.trouble !== null) {
    refusals.push({
      check: 'backup-dir',
      message: `The backup cannot be made: ${backupDir} ${facts.space.trouble}. Nothing was changed.`,
      hint: 'Name another place with --backup-dir, or make it a directory of the caller with mode 0700, below directories that only root or the caller can write to.',
      forcible: false,
    });
    return refusals;
  }
  // A dump is smaller than its database, but how much is known only afterwards: the whole size is asked for.
  const needed = databaseBytes + filesBytes + 16 * MIB;
  if (wishes.backup && freeBytes < needed) {
    refusals.push({
      check: 'space',
      message: `The backup may need ${Math.ceil(needed / MIB)} MiB below ${backupDir}, where ${Math.floor(freeBytes / MIB)} MiB are free. Nothing was changed.`,
      hint: 'Free some space, name another place with --backup-dir, or run with --no-backup.',
      forcible: false,
    });
  }
  return refusals;
}

function serviceRefusals(facts: Facts): Refusal[] {
  const refusals: Refusal[] = [];
  for (const service of facts.services) {
    if (service.masked && (service.active || facts.components.includes(service.component))) {
      refusals.push({
        check: 'unit',
        message: `Unit ${service.unit} is masked: it can be neither disabled nor, by engine-setup later, started. Nothing was changed.`,
        hint: `Run "systemctl unmask ${service.unit}", then run this again.`,
        forcible: false,
      });
    } else if (service.failedLoop) {
      refusals.push({
        check: 'unit',
        message: `Unit ${service.unit} is in a failed start loop: it comes and goes while the cleanup runs. Nothing was changed.`,
        hint: `Run "systemctl stop ${service.unit}" and "systemctl reset-failed ${service.unit}", then run this again.`,
        forcible: false,
      });
    }
  }
  for (const { pid, program } of facts.strays) {
    refusals.push({
      check: 'process',
      message: `Process ${pid} runs ${program}, which lies below ${facts.root}, and no service script below it stops it. Nothing was changed.`,
      hint: `Stop it by hand (kill ${pid}), then run this again.`,
      forcible: false,
    });
  }
  return refusals;
}

/** All refusals but those of the table "drop, clear, keep" itself. */
export function findRefusals(
  facts: Facts,
  wishes: Wishes,
  databases: { fact: DatabaseFact; planned: PlannedDatabase }[],
  removedDirs: readonly string[],
): Refusal[] {
  const dumped = databases
    .filter(({ planned }) => wishes.backup && (planned.action === 'drop' || planned.action === 'clear'))
    .map(({ fact, planned }) => ({ planned, serverVersion: fact.content?.serverVersion ?? fact.admin.serverVersion }));
  const bytes = dumped.reduce((sum, { planned }) => sum + (planned.sizeBytes ?? 0), 0);
  const refusals = [
    ...facts.faults,
    ...databases.flatMap(({ fact, planned }) => databaseRefusals(facts, fact, planned)),
    ...toolRefusals(facts, dumped),
    ...spaceRefusals(facts, wishes, bytes, removedDirs),
    ...serviceRefusals(facts),
  ];
  if (!facts.caller.mayWrite) {
    refusals.unshift({
      check: 'not-root',
      message:
        facts.root === '/'
          ? `This needs root, and the caller is ${facts.caller.user}. Nothing was changed.`
          : `${facts.root} may not be written by ${facts.caller.user}. Nothing was changed.`,
      hint: 'Run it as root, for example with sudo.',
      forcible: false,
    });
  }
  return refusals;
}
