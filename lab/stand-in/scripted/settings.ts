/** What the setup of 3.0 to 3.2 is told: the `[general]` section of its answer file. Where the real one has no default, the stand-in takes one, so that it never asks. */
import { UnansweredQuestion } from '../base/abort.ts';
import type { Context } from '../base/context.ts';

export interface Settings {
  fqdn: string;
  organization: string;
  httpPort: string;
  httpsPort: string;
  /** Password of the role, and of the server's administrator: they are made the same. */
  dbPassword: string;
  /** A server of somebody else; null: the local one, which setup takes over. */
  remote: { host: string; port: number; admin: string; secured: boolean } | null;
  /** ISO domain to be exported; null for none. */
  iso: string | null;
  httpd: boolean;
}

const DEFAULT_PASSWORD = 'sample-password';
const ISO = '/var/lib/exports/iso';

function remoteOf({ answers, options }: Context): Settings['remote'] {
  const host =
    options.dbHost ?? (answers.general('DB_REMOTE_INSTALL') === 'remote' ? answers.general('DB_HOST') : undefined);
  if (host === undefined) return null;
  return {
    host,
    port: options.dbPort ?? Number(answers.general('DB_PORT') ?? 5432),
    admin: answers.general('DB_ADMIN') ?? 'postgres',
    secured: answers.general('DB_SECURE_CONNECTION') === 'yes' || (options.dbSecured ?? 'no') !== 'no',
  };
}

/** As an operator answers who knows that a directory with something in it is refused. */
function isoOf({ answers, host }: Context): string | null {
  const path = answers.general('NFS_MP') ?? ISO;
  const said = answers.general('CONFIG_NFS');
  const used = host.list(path).length > 0;
  if (said === 'yes' && used) throw new UnansweredQuestion('NFS_MP', `${path} is not empty. Local ISO domain path:`);
  return said === 'no' || used ? null : path;
}

/** @throws UnansweredQuestion for a remote database without its administrator's password */
export function settingsOf(context: Context): Settings {
  const { answers, release } = context;
  const remote = remoteOf(context);
  const fqdn = answers.general('HOST_FQDN') ?? 'engine.example.test';
  const password = answers.general(release.name === '3.0' ? 'DB_PASS' : remote ? 'DB_REMOTE_PASS' : 'DB_LOCAL_PASS');
  if (remote !== null && password === undefined)
    throw new UnansweredQuestion('DB_REMOTE_PASS', `Password of ${remote.admin} on ${remote.host}:`);
  return {
    fqdn,
    organization: answers.general('ORG_NAME') ?? fqdn.slice(fqdn.indexOf('.') + 1),
    httpPort: answers.general('HTTP_PORT') ?? (release.name === '3.0' ? '8080' : '80'),
    httpsPort: answers.general('HTTPS_PORT') ?? (release.name === '3.0' ? '8443' : '443'),
    dbPassword: password ?? DEFAULT_PASSWORD,
    remote,
    iso: isoOf(context),
    httpd: answers.general('OVERRIDE_HTTPD_CONFIG') !== 'no',
  };
}
