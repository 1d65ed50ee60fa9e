/** 3.3 takes a host for a 3.2 that it upgrades if everything a 3.2 leaves is there, and 3.3's own marker is not. */
import { SetupError } from '../base/abort.ts';
import { readConfiguration } from '../base/drop-in.ts';
import type { Credentials } from '../database/credentials.ts';
import { MARKER, type OtopiRun } from './run.ts';

const SYSCONFIG = '/etc/sysconfig/ovirt-engine';
const PASSWORDS = '/etc/ovirt-engine/.pgpass';
const LOCKS = '/etc/yum/pluginconf.d/versionlock.list';

function legacyCredentials(run: OtopiRun): Credentials | null {
  const { host } = run.context;
  const role = readConfiguration(host, SYSCONFIG).get('ENGINE_DB_USER');
  for (const line of (host.readIfThere(PASSWORDS) ?? '').split('\n')) {
    const [server = '', port = '', database = '', user = '', ...password] = line.split(':');
    if (user === '' || user !== role) continue;
    const name = database === '*' ? 'engine' : database;
    return {
      host: server,
      port: Number(port),
      database: name,
      role: user,
      password: password.join(':'),
      secured: false,
      validated: false,
    };
  }
  return null;
}

/** @throws SetupError if it is one, and its database is empty */
export function checkLegacy(run: OtopiRun): void {
  const { host, tree } = run.context;
  if (host.exists(MARKER) || !tree.has('ca.pem') || !host.exists(SYSCONFIG)) return;
  const credentials = legacyCredentials(run);
  if (credentials === null || !(host.readIfThere(LOCKS) ?? '').includes('ovirt-engine-backend')) return;
  const session = run.session(credentials);
  const reason = session.whyUnreachable();
  if (reason !== null) throw new SetupError(`Cannot connect to the database of the older release: ${reason}`);
  if (session.tables() === 0) throw new SetupError('Unexpected empty database during upgrade');
}
