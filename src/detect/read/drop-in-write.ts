/** Setup's database drop-in, written as setup writes it. Pure. */
import type { Credentials } from '../../model/credentials.ts';

/** Escapes a value for a double-quoted drop-in value: the reader takes the character after a backslash as it is. */
function quote(value: string): string {
  return `"${value.replace(/[\\"$`]/g, '\\$&')}"`;
}

/** Text of `10-setup-database.conf` for credentials that were found elsewhere. The result holds the password. */
export function dropInText(prefix: string, credentials: Credentials, password: string | undefined): string {
  const bool = (value: boolean): string => (value ? 'True' : 'False');
  const { host, port, database, role, secured, validation } = credentials;
  const factory = validation ? '' : '&sslfactory=org.postgresql.ssl.NonValidatingFactory';
  const query = secured ? `?ssl=true${factory}` : '?sslfactory=org.postgresql.ssl.NonValidatingFactory';
  const values: [string, string][] = [
    ['HOST', host],
    ['PORT', String(port)],
    ['USER', role],
    ['PASSWORD', password ?? ''],
    ['DATABASE', database],
    ['SECURED', bool(secured)],
    ['SECURED_VALIDATION', bool(validation)],
    ['DRIVER', 'org.postgresql.Driver'],
    ['URL', `jdbc:postgresql://${host}:${port}/${database}${query}`],
  ];
  return values.map(([key, value]) => `${prefix}${key}=${quote(value)}\n`).join('');
}
