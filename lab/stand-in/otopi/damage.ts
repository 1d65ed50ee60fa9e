/** Looks at the host after a run that succeeded: what is wrong with it though setup said nothing. Each as `id: what`. */

import { SUPERUSER_ROLE } from '../database/engine-rows.ts';
import { encryptedValuesSql, unreadable } from '../database/secrets.ts';
import type { Session } from '../database/session.ts';
import { decrypt } from '../pki/cipher.ts';
import { pkiDamage, unapproved } from '../pki/judge.ts';
import { ENGINE_FILES, plannedFiles } from './engine-files.ts';
import { entitiesOf } from './pki.ts';
import { readRecords } from './record.ts';
import { type DatabaseState, MARKER, type OtopiRun } from './run.ts';
import { SSL_CONF } from './shared-files.ts';
import { OVN_NAME } from './upgrade-checks.ts';

const DWHD = '/etc/ovirt-engine-dwh/ovirt-engine-dwhd.conf.d';

function databaseDamage(run: OtopiRun, session: Session, state: DatabaseState): string[] {
  const { tree } = run.context;
  const damage: string[] = [];
  const key = tree.store('keys/engine.p12')?.key ?? '';
  const lost = unreadable(session.run(encryptedValuesSql(run.version)), (value) => decrypt(key, value) !== null);
  if (lost.length > 0) damage.push(`unreadable-values: ${lost.join(', ')}`);
  const hosts = unapproved(
    tree,
    session.run('select host_name from vds_static').map(([name]) => name ?? ''),
  );
  if (hosts.length > 0) damage.push(`hosts-unapproved: ${hosts.join(', ')}`);
  const administrator = session.value(
    `select 1 from permissions p join users u on u.user_id = p.ad_element_id where p.role_id = '${SUPERUSER_ROLE}'`,
  );
  if (administrator === null) damage.push('no-administrator: nobody has the role SuperUser');
  if (run.traits.aaa && session.value('select 1 from aaa_jdbc.users where password is not null') === null)
    damage.push('no-administrator-account: nobody can log in');
  const organization = session.value("select option_value from vdc_options where option_name = 'OrganizationName'");
  const ofCa = tree.certificate('ca.pem')?.subject.match(/^O=(.*)$/m)?.[1] ?? null;
  if (organization !== ofCa) damage.push(`organization: "${organization}" in the database, "${ofCa}" in the CA`);
  if (
    run.components.has('ovn-provider') &&
    session.value(`select 1 from providers where name = '${OVN_NAME}'`) === null
  )
    damage.push('ovn-provider: the engine has no such provider, setup took it for installed');
  for (const component of ['cinderlib', 'managedblock'] as const) {
    if (state.isNew && run.databases.get(component)?.isNew === false)
      damage.push(`stale-volumes: the database of ${component} is an old one beside a new engine`);
  }
  return damage;
}

/** What a whole run would have recorded, is on the host, and stands in no record: no cleanup by record ever finds it. */
function recordDamage(run: OtopiRun): string[] {
  const { host, tree } = run.context;
  const { names, empty } = readRecords(host);
  const pki = [
    'ca.pem',
    'private/ca.pem',
    '.truststore',
    ...(run.traits.qemuCa ? ['qemu-ca.pem', 'private/qemu-ca.pem'] : []),
  ];
  const stores = run.traits.recordBug ? [] : entitiesOf(run.version).map(({ name }) => `keys/${name}.p12`);
  const expected = [
    MARKER,
    ...plannedFiles(run, ENGINE_FILES).map(({ path }) => path),
    ...[...pki, ...stores].map((name) => tree.path(name)),
  ];
  if (run.components.has('dwh')) expected.push(`${DWHD}/10-setup-database.conf`, `${DWHD}/10-setup-uuid.conf`);
  const missing = expected.filter((path) => host.exists(path) && !names.has(path));
  return [
    ...(empty.length > 0 ? [`record-empty: ${empty.join(', ')}`] : []),
    ...(missing.length > 0 ? [`unrecorded: ${missing.length} files, ${missing.slice(0, 3).join(', ')} …`] : []),
  ];
}

function apacheDamage(run: OtopiRun): string[] {
  const text = run.context.host.readIfThere(SSL_CONF);
  if (text === null || /^\s*SSLCertificateFile\s+\/etc\/pki\/ovirt-engine\//m.test(text)) return [];
  return [`apache: ${SSL_CONF} does not use the engine's certificate, and setup took the web server for configured`];
}

export function findDamage(run: OtopiRun): string[] {
  if (!run.engineEnabled)
    return run.components.has('engine') ? ['engine-not-configured: setup left the engine out without a word'] : [];
  const { tree } = run.context;
  const session = run.session(run.credentialsOf('engine'));
  const engine = tree.store('keys/engine.p12')?.certificate ?? null;
  return [
    ...pkiDamage(tree, { qemu: run.traits.qemuCa, apache: true, engine }),
    ...databaseDamage(run, session, run.databases.get('engine')!),
    ...recordDamage(run),
    ...apacheDamage(run),
  ];
}
