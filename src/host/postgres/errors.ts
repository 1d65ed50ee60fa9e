/** What a server's or a connection's error means to the operator. The SQLSTATE or errno stays in `code`. */
import { HostError } from '../../model/errors.ts';

/** A connection that broke while it was used: the code of every error that follows from it. */
export const CONNECTION_LOST = '08006';
export const PASSWORD_REJECTED = '28P01';
export const NOT_AUTHORIZED = '28000';
export const NO_DATABASE = '3D000';
export const TOO_MANY_CONNECTIONS = '53300';
/** The lock table is full ("out of shared memory"). */
export const OUT_OF_SHARED_MEMORY = '53200';
/** Also of a database that takes no connections at all (`datallowconn`). */
const NOT_READY = '55000';
export const IN_USE = '55006';
export const LOCK_NOT_AVAILABLE = '55P03';
export const DEADLOCK = '40P01';
/** Ended by `statement_timeout`. */
export const CANCELED = '57014';
export const DEPENDENTS = '2BP01';
export const NO_PRIVILEGE = '42501';
export const NOT_SUPPORTED = '0A000';

/** The fields of an error that the driver got from a server, or of a socket's error. */
export interface RawError {
  code: string | null;
  message: string;
  detail: string;
  /** Name of the server's function that raised it: unlike the text it is not translated. */
  routine: string;
}

/** Fields of anything that the driver threw. Several addresses of one host that all fail come as one error without a text of its own. */
export function rawError(error: unknown): RawError {
  const fields = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
  const text = (key: string): string => (typeof fields[key] === 'string' ? fields[key] : '');
  const [first] = Array.isArray(fields.errors) ? (fields.errors as unknown[]) : [];
  const message = text('message') || (first === undefined ? '' : rawError(first).message) || text('code');
  return { code: text('code') || null, message, detail: text('detail'), routine: text('routine') };
}

/** `pg_hba.conf` has no line for this host, role and database, or one that rejects them: no password helps. */
export function isHbaError({ code, message, routine }: RawError): boolean {
  return code === NOT_AUTHORIZED && (routine === 'ClientAuthentication' || /pg_hba\.conf/.test(message));
}

/** The connection limit of the *database* is used up (a sealed one has 0), not that of the server or the role. */
export function isSealedError({ code, message, routine }: RawError): boolean {
  return code === TOO_MANY_CONNECTIONS && (routine === 'CheckMyDatabase' || /for database/.test(message));
}

/** The server died while it dropped the database: the files of it may be gone. */
export function isHalfDroppedError({ code, message, routine }: RawError): boolean {
  return code === NOT_READY && (routine === 'InitPostgres' || /invalid database/.test(message));
}

export const UNKNOWN_CA_HINT = "Add the CA that signed the server's certificate to this machine's trusted ones.";
export const OTHER_NAME_HINT = "Use the host name that the server's certificate holds.";

const HINTS: Readonly<Record<string, string>> = {
  [PASSWORD_REJECTED]: "Correct the password in setup's drop-in, or let a DBA set it for the role.",
  [NOT_AUTHORIZED]: 'Let a DBA look why the server does not let this role log in.',
  [NO_DATABASE]: "Check the name in setup's drop-in.",
  [TOO_MANY_CONNECTIONS]: 'End other sessions of the server, or raise its max_connections.',
  [OUT_OF_SHARED_MEMORY]: 'Let a DBA raise max_locks_per_transaction and restart the server.',
  [CANCELED]: 'Look what keeps the server busy, or allow more time with --timeout.',
  [NO_PRIVILEGE]: 'Let a DBA grant the right, or do it as the owner.',
  [CONNECTION_LOST]: "Look into the server's log why it ended the session, then run this again.",
  '57P01': "Look into the server's log why it ended the session, then run this again.",
  '57P03': 'Wait until the server has started, then run this again.',
  ECONNREFUSED: 'Start the server, or correct host and port.',
  ENOTFOUND: 'Correct the host name, or mend the name service.',
  EAI_AGAIN: 'Mend the name service, then run this again.',
  ETIMEDOUT: 'Look whether the server hangs or a firewall swallows the packets, or allow more time with --timeout.',
  ERR_TLS_CERT_ALTNAME_INVALID: OTHER_NAME_HINT,
};

function hintFor(raw: RawError): string {
  if (isHbaError(raw)) return "Let a DBA allow this host, role and database in the server's pg_hba.conf.";
  if (isHalfDroppedError(raw)) return 'Let a superuser finish what was begun: DROP DATABASE.';
  if (isSealedError(raw)) return 'Let a superuser reset the connection limit of the database.';
  if (raw.code?.startsWith('ERR_TLS_') !== true && /CERT|ISSUER|SIGNATURE/.test(raw.code ?? '')) return UNKNOWN_CA_HINT;
  return HINTS[raw.code ?? ''] ?? 'Mend what the server complains about, then run this again.';
}

/**
 * The HostError for something the driver threw.
 * @param doing what failed, on what: `role "engine" cannot log in to database "engine" on localhost:5432`
 */
export function serverError(error: unknown, doing: string): HostError {
  if (error instanceof HostError) return error;
  const raw = rawError(error);
  const detail = raw.detail === '' ? '' : ` (${raw.detail.split('\n').slice(0, 5).join('; ')})`;
  return new HostError(`${doing}: ${raw.message}${detail}`, { hint: hintFor(raw), code: raw.code, cause: error });
}

/** True if the error says that the session itself is gone, so that only a new one can tell what became of its transaction. */
export function isLost(error: unknown): boolean {
  const { code } = rawError(error);
  return code !== null && (/^(?:08|57P0)/.test(code) || ['ECONNRESET', 'EPIPE', 'ETIMEDOUT'].includes(code));
}

/** True if the statement could not get a lock that somebody else holds. */
export function isLocked(error: unknown): boolean {
  return [LOCK_NOT_AVAILABLE, DEADLOCK, CANCELED].includes(rawError(error).code ?? '');
}
