/** Credentials as a file gives them, before the password goes into the vault; and the JDBC url some files give instead. */

export interface RawCredentials {
  host: string;
  port: number;
  database: string;
  role: string;
  /** In the clear: hand it to the vault at once and keep it out of everything that is printed. Undefined where the file has none. */
  password: string | undefined;
  secured: boolean;
  validation: boolean;
}

export const DEFAULT_PORT = 5432;

/** A TCP port from its decimal digits; null for anything else. */
export function parsePort(text: string): number | null {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65535 ? port : null;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a lone `%`: the name is written as it is
  }
}

export interface JdbcTarget {
  host: string;
  port: number;
  database: string;
  secured: boolean;
  validation: boolean;
}

/**
 * Reads `jdbc:postgresql://HOST[:PORT]/DATABASE[?PARAMETERS]`; null if the url is of another kind, names no database, or several hosts. TLS is
 * on with `ssl=true` or a demanding `sslmode`; the certificate is verified unless `NonValidatingFactory` or `sslmode=require` says otherwise.
 */
export function parseJdbcUrl(url: string): JdbcTarget | null {
  const match = /^jdbc:postgresql:\/\/(\[[^\]/?#]+\]|[^:/?#,[\]]*)(?::([^/?#,]*))?\/([^?#]+)(?:\?(.*))?$/s.exec(url);
  if (match === null) return null;
  const [, host = '', digits, database = '', query = ''] = match;
  const port = digits === undefined ? DEFAULT_PORT : parsePort(digits);
  if (port === null) return null;
  const parameters = new Map(
    query.split('&').map((pair): [string, string] => {
      const cut = pair.indexOf('=');
      return cut < 0 ? [pair, 'true'] : [pair.slice(0, cut), decoded(pair.slice(cut + 1))];
    }),
  );
  const mode = parameters.get('sslmode');
  const secured =
    mode === undefined ? parameters.get('ssl') === 'true' : ['require', 'verify-ca', 'verify-full'].includes(mode);
  const unchecked = mode === 'require' || (parameters.get('sslfactory') ?? '').endsWith('NonValidatingFactory');
  return {
    host: host === '' ? 'localhost' : host.replace(/^\[|\]$/g, ''),
    port,
    database: decoded(database),
    secured,
    validation: secured && !unchecked,
  };
}
