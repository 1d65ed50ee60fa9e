/** The engine itself: database, PKI, schema, administrator, files, in the order of the real one. */
import { SetupError } from '../base/abort.ts';
import { generatedPassword, uuid } from '../base/names.ts';
import { within } from '../base/versions.ts';
import { accountStatement } from '../database/aaa.ts';
import { administratorRows, optionStatement } from '../database/engine-rows.ts';
import type { Session } from '../database/session.ts';
import { HYPERVISORS, useRows } from '../database/use-rows.ts';
import { encrypt } from '../pki/cipher.ts';
import { enrolHypervisors } from '../pki/sign.ts';
import { ENGINE } from './database-kinds.ts';
import { ENGINE_FILES, plannedFiles } from './engine-files.ts';
import { makePki } from './pki.ts';
import { ENGINE_CA, QEMU_CA } from './pki-parts.ts';
import { provision } from './provision.ts';
import type { OtopiRun } from './run.ts';
import { applySchema } from './schema.ts';
import { configureApache, lockVersions, openFirewall, writeSysctl } from './shared-files.ts';

/** Id of the administrator before accounts had a schema of their own: the same everywhere. */
const OLD_ADMIN = 'fdfc627c-d875-11e0-90f0-83df133b58cc';
const TRUST_STORE = '/var/lib/ovirt-engine/external_truststore';

/** Which of the engine's files are written before the schema, and which after it. */
function writeFiles(run: OtopiRun, late: boolean): void {
  const isLate = run.traits.credentialsAfterSchema;
  const rows = ENGINE_FILES.filter((row) => (row.late === true && isLate) === late);
  const managed = run.components.has('managedblock');
  for (const file of plannedFiles(run, rows))
    if (!managed || !file.path.endsWith('10-setup-managedblock.conf')) run.write(file);
}

/** @param made the accounts are new; where their schema was left behind nobody has an id, and setup fails this late */
function makeAdministrator(run: OtopiRun, session: Session, made: boolean): void {
  if (!run.traits.aaa) {
    const certificate = run.context.tree.store('keys/engine.p12')!.certificate;
    const secret = optionStatement('AdminPassword', encrypt(certificate, 'admin-password'));
    session.run([...administratorRows(OLD_ADMIN, 'internal'), secret].join('\n'));
    return;
  }
  if (!made) throw new SetupError('Missing admin user id');
  // A marker that was left gives its id again.
  run.adminId = run.context.answers.text({ key: 'OVESETUP_CONFIG/adminUserId' }) ?? uuid();
  session.run([accountStatement(run.adminId), ...administratorRows(run.adminId, 'internal-authz')].join('\n'));
}

/** As if the engine had been used for a while: hypervisors, machines, secrets. */
function use(run: OtopiRun, session: Session): void {
  const { tree } = run.context;
  const { certificate } = tree.store('keys/engine.p12')!;
  session.run(useRows(run.version, (text) => encrypt(certificate, text)).join('\n'));
  const authorities = run.traits.qemuCa ? [ENGINE_CA, QEMU_CA] : [ENGINE_CA];
  enrolHypervisors(tree, authorities, { country: 'US', organization: run.organization ?? 'oVirt' }, HYPERVISORS);
}

/** The single-sign-on client is registered again in each run. */
function registerSso(run: OtopiRun, session: Session): void {
  run.ssoSecret = run.configuration().get('ENGINE_SSO_CLIENT_SECRET') ?? generatedPassword(32);
  if (!run.traits.sso) return;
  session.run(`delete from sso_clients where client_id = 'ovirt-engine-core';
    insert into sso_clients (client_id, client_secret) values ('ovirt-engine-core', md5('${run.ssoSecret}'));`);
}

export function makeEngine(run: OtopiRun): void {
  const { stages, host, options } = run.context;
  const state = run.databases.get('engine')!;
  state.credentials ??= provision(run, ENGINE);
  run.outcome.databases!.engine = state.credentials.database;
  stages.reached('database-created');
  makePki(run);
  writeFiles(run, false);
  configureApache(run);
  lockVersions(run);
  openFirewall(run);
  writeSysctl(run);
  const session = run.session(state.credentials);
  run.session(state.credentials); // the tool of the accounts has a password file of its own
  const made = applySchema(run, session, state.isNew);
  session.run(optionStatement('ProductRPMVersion', run.version));
  if (run.organization !== null) session.run(optionStatement('OrganizationName', run.organization));
  if (state.isNew) {
    makeAdministrator(run, session, made);
    host.remove(TRUST_STORE);
    if (options.use) use(run, session);
  }
  registerSso(run, session);
  writeFiles(run, true);
  if (within(run.version, '3.3') && !host.exists('/var/lib/ovirt-engine/content'))
    host.mkdir('/var/lib/ovirt-engine/content', { owner: 'ovirt' });
}
