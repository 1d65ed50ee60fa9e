/** How a database is reached, and the files that say so. */
import type { Traits } from '../base/releases.ts';

export interface Credentials {
  host: string;
  port: number;
  database: string;
  role: string;
  password: string;
  /** TLS, and whether the server's certificate is checked. */
  secured: boolean;
  validated: boolean;
}

/** Host and port as messages have them. */
export function place({ host, port, role }: Credentials): string {
  return `${role}@${host}:${port}`;
}

function jdbcOptions({ secured, validated }: Credentials): string {
  const options = [
    ...(secured ? ['ssl=true'] : []),
    ...(validated ? [] : ['sslfactory=org.postgresql.ssl.NonValidatingFactory']),
  ];
  return options.length > 0 ? `?${options.join('&')}` : '';
}

export function jdbcUrl(credentials: Credentials): string {
  const { host, port, database } = credentials;
  return `jdbc:postgresql://${host}:${port}/${database}${jdbcOptions(credentials)}`;
}

/**
 * The nine lines of a credentials drop-in: `ENGINE_DB_HOST="localhost"` …
 * @param byName the URL refers to the lines above it, as in 3.3
 */
export function credentialLines(prefix: string, credentials: Credentials, traits: Traits, byName = false): string {
  const { host, port, role, password, database, secured, validated } = credentials;
  const python = (value: boolean): string => (value ? 'True' : 'False');
  const url = byName
    ? `jdbc:postgresql://\${${prefix}HOST}:\${${prefix}PORT}/\${${prefix}DATABASE}${jdbcOptions(credentials)}`
    : jdbcUrl(credentials);
  const lines: [string, string][] = [
    ['HOST', host],
    ['PORT', String(port)],
    ['USER', role],
    ['PASSWORD', password.replace(traits.escaped, '\\$&')],
    ['DATABASE', database],
    ['SECURED', python(secured)],
    ['SECURED_VALIDATION', python(validated)],
    ['DRIVER', 'org.postgresql.Driver'],
    ['URL', url],
  ];
  return lines.map(([key, value]) => `${prefix}${key}="${value}"\n`).join('');
}

/** The password file of setup's own psql runs, in the form libpq reads. */
export function pgpassText({ host, port, database, role, password }: Credentials): string {
  return `# DB USER credentials.\n${host}:${port}:${database}:${role}:${password.replace(/[\\:]/g, '\\$&')}\n`;
}
