/** How pg_dump logs in as a role: its password and the trusted CAs lie in files that have no name, which a kill at any moment leaves nothing of. */
import { randomBytes } from 'node:crypto';
import { closeSync, constants, openSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Credentials } from '../../model/credentials.ts';
import type { ConnectOptions, OpenLogin } from '../port.ts';
import { APPLICATION } from './connection.ts';
import { connectionString, withoutNul } from './quote.ts';
import { trustedCas } from './trust.ts';

/** No file of this name is there, so what libpq would look for in the caller's home (certificates, CAs) does not come in. */
const NO_FILE = '/dev/null/none';

/** An open file, 0600 and without a name: it is written only after its name is gone. */
export function namelessFile(dir: string, text: string): number {
  const path = join(dir, `.${randomBytes(8).toString('hex')}`);
  const fd = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
  try {
    unlinkSync(path);
    // Where the disk is full, one call may write the first part only and succeed.
    const bytes = Buffer.from(text);
    for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** A line of a password file that fits every server. */
export function passwordLine(password: string): string {
  return `*:*:*:*:${withoutNul(password).replace(/[\\:]/g, '\\$&')}\n`;
}

/** Variables for TLS as setup uses it; `caPath` is where the trusted CAs can be read. */
function tlsVariables({ secured, validation }: Credentials, caPath: string): Record<string, string> {
  if (!secured) return { PGSSLMODE: 'disable' };
  return {
    PGSSLMODE: validation ? 'verify-full' : 'require',
    // With a CA file in the home, "require" would verify after all.
    PGSSLROOTCERT: validation ? caPath : NO_FILE,
    PGSSLCERT: NO_FILE,
    PGSSLCRL: NO_FILE,
  };
}

/**
 * The login of a role. libpq takes a password file only if it is a regular one of mode 0600; /proc/self/fd/N of a file without a name is.
 * @param dir where the files are made for a moment, a directory of ours alone
 */
export async function roleLogin(credentials: Credentials, options: ConnectOptions, dir: string): Promise<OpenLogin> {
  const fds: number[] = [];
  const hand = (text: string): string => {
    fds.push(namelessFile(dir, text));
    return `/proc/self/fd/${fds.length + 2}`;
  };
  const close = (): void => {
    for (const fd of fds.splice(0)) closeSync(fd);
  };
  try {
    const passwordPath = options.password === undefined ? NO_FILE : hand(passwordLine(options.password));
    const verified = credentials.secured && credentials.validation;
    const caPath = verified ? hand((await trustedCas(options.extraCa)).join('\n')) : NO_FILE;
    return {
      connection: connectionString({
        host: credentials.host || 'localhost',
        port: String(credentials.port),
        user: credentials.role,
        dbname: credentials.database,
        application_name: APPLICATION,
      }),
      env: { PGPASSFILE: passwordPath, PGGSSENCMODE: 'disable', ...tlsVariables(credentials, caPath) },
      account: null,
      fds,
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}
