/** Finishes the backup: passwords and answer files, README, and last the manifest. Only from here on may anything be destroyed. */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { planText } from '../apply/run-directory.ts';
import { answerFile, answerPassword, needsAnswers, passwordKey } from '../backup/answer-file.ts';
import { answersName, type Backup } from '../backup/backup.ts';
import { isVerified, PASSWORDS, passwordLine, TRUSTED_CAS } from '../backup/login.ts';
import { othersName, othersScript } from '../backup/others.ts';
import { readme } from '../backup/readme.ts';
import { OVN_ROWS } from '../backup/readme-services.ts';
import { survey } from '../backup/survey.ts';
import { socketDirectory } from '../host/postgres/account.ts';
import { trustedCas } from '../host/postgres/trust.ts';
import type { Credentials } from '../model/credentials.ts';
import type { StepOf } from '../model/plan.ts';
import type { StepContext, StepRunner } from './context.ts';
import { rowsScript } from './dwh-rows.ts';
import { ovnScript } from './ovn-rows.ts';

type BackupSeal = StepOf<'backup-seal'>;

/** How a person logs in to put something back: to a database as its role, or to a server where databases were dropped with a login, which makes them again. */
function loginsOf({ databases }: BackupSeal, { plan }: StepContext, backup: Backup): Credentials[] {
  const logins = databases.flatMap((database) => {
    const { action, credentials } = database;
    return action === 'clear' && credentials !== null && backup.dumpOf(database) !== null ? [credentials] : [];
  });
  for (const step of plan.steps) {
    if (step.kind === 'dwh-rows' || step.kind === 'rows-put') logins.push(step.credentials);
    // A restore of this restore empties it again.
    if (step.kind === 'database-fill') logins.push(step.credentials);
    if ((step.kind === 'roles-dump' || step.kind === 'roles-make') && 'credentials' in step.server)
      logins.push({ ...step.server.credentials, database: '*' });
  }
  return logins;
}

/** Files by which libpq logs in without being asked, and checks the server as the run did. */
async function writeLogins(
  logins: readonly Credentials[],
  { vault, extraCa }: StepContext,
  backup: Backup,
): Promise<void> {
  const lines = new Set<string>();
  for (const login of logins) {
    const password = vault.get(login.secret);
    const line = password === undefined ? null : passwordLine(login, password);
    if (line !== null) lines.add(line);
  }
  if (lines.size > 0) backup.write(PASSWORDS, 'passwords', [...lines].join(''));
  if (logins.some(isVerified)) backup.write(TRUSTED_CAS, 'trust', (await trustedCas(extraCa)).join('\n'));
}

/** What falls with a database that is cleared, for whoever may make it again. */
function writeOthers({ plan }: StepContext, backup: Backup): void {
  for (const step of plan.steps) {
    if (step.kind !== 'database-clear' || step.cascades.length === 0) continue;
    const dump = backup.dumpOf({ component: step.component, name: step.credentials.database });
    if (dump !== null) backup.write(othersName(basename(dump)), 'others', othersScript(step));
  }
}

/** Returns the names of the answer files that lack the password, with its key. */
function writeAnswers({ databases }: BackupSeal, { layout, vault }: StepContext, backup: Backup): Map<string, string> {
  const unanswered = new Map<string, string>();
  for (const database of databases) {
    const { component, credentials } = database;
    const names = layout.components.find(({ id }) => id === component)?.database?.answers;
    if (!names || credentials === null || !needsAnswers(database)) continue;
    const name = answersName(component);
    const password = answerPassword(database, vault.get(credentials.secret));
    if (password === undefined) unanswered.set(name, passwordKey(names));
    backup.write(name, 'answers', answerFile(names, credentials, password));
  }
  return unanswered;
}

/** Where the sockets of the local servers are, by port: not every psql looks in the same place. */
function socketDirs({ plan }: StepContext): Map<number, string> {
  const dirs = new Map<number, string>();
  for (const { action, port } of plan.databases) {
    const dir = action === 'drop' || action === 'absent' ? socketDirectory(port) : null;
    if (dir !== null) dirs.set(port, dir);
  }
  return dirs;
}

export const backupSeal: StepRunner<'backup-seal'> = {
  touches: () => [],

  async probe() {
    return false;
  },

  async apply(step, context) {
    const { backup, host, plan, tools, version } = context;
    const { databases } = step;
    if (!backup) throw new Error('a plan without a backup has a step that finishes it');
    await writeLogins(loginsOf(step, context, backup), context, backup);
    const unanswered = writeAnswers(step, context, backup);
    writeOthers(context, backup);
    for (const one of plan.steps) if (one.kind === 'dwh-rows') backup.write('dwh-rows.sql', 'rows', rowsScript(one));
    const ovn = plan.steps.filter((one) => one.kind === 'ovn-rows' || one.kind === 'ovn-rows-put').map(ovnScript);
    if (ovn.length > 0) backup.write(OVN_ROWS, 'ovn', ovn.join(''));
    const before = await survey(plan, host, backup.directories);
    const { dir, run, members } = backup;
    const text = readme({
      run,
      version,
      dir,
      plan,
      databases,
      members,
      archived: new Set(backup.archived.keys()),
      survey: before,
      tools: { psql: tools.psql?.path ?? 'psql', pgRestore: tools.pgRestore?.path ?? 'pg_restore' },
      socketDirs: socketDirs(context),
      unanswered,
    });
    backup.write('README', 'readme', text);
    backup.seal({
      version,
      root: plan.root,
      release: plan.release,
      createdAt: new Date().toISOString(),
      planSha256: createHash('sha256').update(planText(plan)).digest('hex'),
      databases: databases.map(({ component, name, host: server, port, role, local, action }) => ({
        component,
        name,
        host: server,
        port,
        role,
        local,
        action,
      })),
      ...before,
    });
  },
};
