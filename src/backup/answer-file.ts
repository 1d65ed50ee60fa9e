/** An answer file by which engine-setup reuses a database that was emptied, or whose credentials no longer are on the host. */
import type { Credentials } from '../model/credentials.ts';
import type { DatabaseLayout } from '../model/layout.ts';

/**
 * Text of a file for `engine-setup --config-append=FILE`. It holds the password and so is written 0600 into the backup only.
 * Key names are those of setup's environment (OVESETUP_DB/host … in all otopi releases).
 */
export function answerFile(database: DatabaseLayout, credentials: Credentials, password: string | undefined): string {
  const key = (name: string): string => database.answerPrefix + name;
  const provisioning = database.answerPrefix.replace('DB/', 'PROVISIONING/');
  const bool = (value: boolean): string => (value ? 'bool:True' : 'bool:False');
  const lines = [
    '[environment:default]',
    `${provisioning}postgresProvisioningEnabled=bool:False`,
    `${key('host')}=str:${credentials.host}`,
    `${key('port')}=int:${credentials.port}`,
    `${key('database')}=str:${credentials.database}`,
    `${key('user')}=str:${credentials.role}`,
    `${key('secured')}=${bool(credentials.secured)}`,
    `${key('securedHostValidation')}=${bool(credentials.validation)}`,
  ];
  if (password !== undefined && !/[\r\n]/.test(password)) lines.push(`${key('password')}=str:${password}`);
  return `${lines.join('\n')}\n`;
}
