/** An answer file by which engine-setup reuses a database that was emptied, or whose credentials no longer are on the host. */
import type { Credentials } from '../model/credentials.ts';
import type { AnswerNames } from '../model/layout.ts';
import type { BackedUpDatabase } from '../model/plan.ts';

/**
 * True if engine-setup may need to be told of a database after the run: it was cleared, so its credentials leave the host; it is kept and the server rejects them, so they leave
 * too; or it is kept on another server. Kept credentials of this host's own server are found by setup itself. A database that is not there cannot be reused.
 */
export function needsAnswers({ action, local, reach, leftover }: BackedUpDatabase): boolean {
  if (leftover) return false;
  if (action === 'clear') return true;
  return action === 'keep' && reach !== 'absent' && (!local || reach === 'rejected');
}

/** The password for the answer file; undefined where none is known, or where setup would abort on it because the server has just rejected it. */
export function answerPassword({ reach }: BackedUpDatabase, password: string | undefined): string | undefined {
  return reach === 'rejected' || password === undefined || /[\r\n]/.test(password) ? undefined : password;
}

/** Name of the password's answer. */
export function passwordKey({ prefix }: AnswerNames): string {
  return `${prefix}password`;
}

/**
 * Text of a file for `engine-setup --config-append=FILE`. It holds the password and so is written 0600 into the backup only.
 * Key names are those of setup's environment (OVESETUP_DB/host … in all otopi releases).
 */
export function answerFile(names: AnswerNames, credentials: Credentials, password: string | undefined): string {
  const key = (name: string): string => names.prefix + name;
  const bool = (value: boolean): string => (value ? 'bool:True' : 'bool:False');
  const lines = [
    '[environment:default]',
    `${names.provisioningPrefix}postgresProvisioningEnabled=bool:False`,
    `${key('host')}=str:${credentials.host}`,
    `${key('port')}=int:${credentials.port}`,
    `${key('database')}=str:${credentials.database}`,
    `${key('user')}=str:${credentials.role}`,
    `${key('secured')}=${bool(credentials.secured)}`,
    `${key('securedHostValidation')}=${bool(credentials.validation)}`,
  ];
  if (password !== undefined) lines.push(`${passwordKey(names)}=str:${password}`);
  return `${lines.join('\n')}\n`;
}
