/** The words of `verify`: each names the file, the host and the statement that help, and none that would lose data unasked. */
import { describe, expect, it } from 'vitest';
import { g5 } from '../../src/layouts/g5.ts';
import type { DatabaseFact, Facts } from '../../src/model/facts.ts';
import { verify } from '../../src/verify/index.ts';
import { content, credentials, database, finished, superuserView } from '../plan/facts.ts';
import {
  absent,
  clean,
  DROP_IN,
  HOLLOW,
  keptWhole,
  keys,
  marker,
  OVN_ID,
  ovn,
  PKI,
  pkiOf,
  psql,
  speculative,
  stumbling,
  UUID_FILE,
  withDropIn,
  withDwh,
  without,
} from './hosts.ts';

describe('what a check says', () => {
  const only = (facts: Facts, id: string): string => {
    const { detail, hint } = verify(facts, true).checks.find((one) => one.id === id)!;
    return `${detail} ${hint ?? ''}`;
  };
  const rejected = { reach: { state: 'rejected', message: 'wrong password' } as const, content: null };
  const roleAlone = { ...absent, local: false };

  it('nothing was asked where nothing is left to ask with', () => {
    expect(only(clean(), 'database-engine')).toContain('not asked: no credentials are left on this host');
  });

  it('nothing is said of an engine’s database where only other components are set up', () => {
    const checks = verify(clean({ components: ['websocket-proxy'] }), true).checks.map(({ id }) => id);
    expect(checks).not.toContain('database-engine');
  });

  it('of a superuser’s view: what is there, and that setup invents names', () => {
    const say = (seen: Parameters<typeof speculative>[0]): string =>
      only(clean({ databases: [speculative(seen)] }), 'database-engine');
    expect(say({ database: false, role: false })).toContain('neither database nor role exists');
    expect(say({ tables: 0 })).toContain('are empty');
    expect(say({ tables: 1 })).toMatch(/1 table.*no engine.*engine_<timestamp>/);
    expect(say({ tables: 156, recognised: true })).toMatch(/full.*engine_<timestamp>/);
    expect(say({ database: false })).toMatch(/role "engine" exists without its database.*DROP ROLE "engine";/);
    expect(say({ role: false })).toMatch(/database "engine" exists without its role.*DROP DATABASE "engine";/);
    // Somebody's data: a statement that destroys it is not handed out without a word.
    expect(say({ role: false, tables: 3 })).toMatch(/RENAME TO.*3 tables/);
  });

  it('of a role alone: drop it, or make the database with all that setup needs', () => {
    const text = only(clean({ databases: [database(roleAlone)] }), 'database-engine');
    expect(text).toContain('DROP ROLE "engine";');
    expect(text).toContain('CREATE DATABASE "engine" OWNER "engine"');
    expect(text).toContain('CREATE EXTENSION "uuid-ossp";');
    const history = database({ ...roleAlone, component: 'dwh', credentials: credentials('dwh', '/x') });
    expect(only(clean({ databases: [history] }), 'database-dwh')).not.toContain('uuid-ossp');
  });

  it('of a role that holds something elsewhere: not to drop it', () => {
    const view = superuserView();
    const fact = speculative({ database: false });
    const held = { ...fact, admin: { ...fact.admin, role: { ...view.role!, elsewhere: ['reports'] } } };
    const text = only(clean({ databases: [held] }), 'database-engine');
    expect(text).toContain('reports');
    expect(text).not.toContain('DROP ROLE');
  });

  it('of rejected credentials: in which file, and the cleanup that drops nothing', () => {
    const text = only(clean({ ...withDropIn, root: '/mnt/host', databases: [database(rejected)] }), 'database-engine');
    expect(text).toContain(`/mnt/host${DROP_IN}`);
    expect(text).toContain('engine-cleanup -d');
  });

  it('of a closed database: the statement for how it is closed', () => {
    const say = (reach: DatabaseFact['reach']): string =>
      only(clean({ ...withDropIn, databases: [database({ reach, content: null })] }), 'database-engine');
    expect(say({ state: 'sealed', message: '' })).toContain('CONNECTION LIMIT -1');
    expect(say({ state: 'half-dropped', message: '' })).toContain('DROP DATABASE "engine";');
    const refused = say({ state: 'unreachable', message: '', code: '55000' });
    expect(refused).toContain('ALTER DATABASE "engine" ALLOW_CONNECTIONS true;');
    expect(refused).not.toContain('systemctl start');
    expect(say({ state: 'unreachable', message: '', code: 'ECONNREFUSED' })).toContain('systemctl start postgresql');
    for (const code of ['28000', '53300', 'ERR_TLS_CERT_ALTNAME_INVALID']) {
      const text = say({ state: 'unreachable', message: 'the server’s word', code });
      expect(text, code).toContain('the server’s word');
      expect(text, code).not.toContain('systemctl start');
    }
  });

  it.each([
    ['4.1', 'postgresql'],
    ['4.2', 'rh-postgresql95-postgresql'],
    ['4.3', 'rh-postgresql10-postgresql'],
    ['4.5', 'postgresql'],
  ] as const)('of a server of %s that does not answer: how it is started', (release, unit) => {
    const silent = database({ reach: { state: 'unreachable', message: '', code: 'ECONNREFUSED' }, content: null });
    const text = only(clean({ ...withDropIn, release, databases: [silent] }), 'database-engine');
    expect(text).toContain(`"systemctl start ${unit}"`);
  });

  it('of the Data Warehouse: whose it is decides on the way on', () => {
    expect(only(withDwh(false, 'mine', 'mine'), 'dwh-running')).toContain('engine-cleanup -d');
    const other = only(withDwh(true, 'other', 'mine'), 'dwh-running');
    expect(other).toMatch(/dwh\.example.*systemctl stop ovirt-engine-dwhd/);
    expect(other).not.toContain('engine-cleanup -d');
    const lost = only(withDwh(true, 'known', null, { root: '/mnt/host' }), 'dwh-identity');
    expect(lost).toContain(`/mnt/host${UUID_FILE}`);
    expect(lost).toContain('DWH_UUID="known"');
  });

  it('of an OVN provider: its id for an answer file', () => {
    expect(only(keptWhole({ ...ovn, marker: null }), 'ovn-provider')).toContain(`${OVN_ID}=str:id-1`);
  });

  it('of leftovers beside a full database: the cleanup that keeps it', () => {
    const apache = { marker: marker({ 'OVESETUP_APACHE/configured': true }) };
    expect(only(keptWhole(apache), 'marker-apache')).toContain('engine-cleanup -d');
    // The PKI goes with that cleanup, and with it the stored passwords: a backup of the one file is named first.
    const pki = { pki: pkiOf(without('.truststore')) };
    expect(only(keptWhole(pki), 'pki-keys')).toMatch(/backup.*engine-cleanup -d/);
    expect(only(clean(pki), 'pki-keys')).not.toContain('backup');
    expect(only(clean(keys('.truststore')), 'pki-half')).not.toContain('-d');
  });

  it('of rows that setup stumbles over: which, how many more, what setup does and the way on', () => {
    const say = (check: string, names: string[], count = names.length): string =>
      only(keptWhole(stumbling(check, names, count)), check);
    const names = ['a (3.6)', 'b (3.6)', 'c (3.6)', 'd (3.6)', 'e (3.6)'];
    expect(say('machine-levels', names, 12)).toMatch(
      /database "engine" on localhost holds virtual machines .*: a \(3\.6\), .*, e \(3\.6\) and 7 more\. engine-setup stops\..*custom compatibility/,
    );
    expect(say('legacy-password', [], 1)).toMatch(
      /holds the option AdminPassword[^:]*\. engine-setup stops\. .*DELETE FROM/,
    );
    expect(say('invalid-images', ['vm1 (root)'])).toMatch(/vm1 \(root\)\. engine-setup goes on.*Clone/);
  });

  it('of a server that is older or newer than psql: both versions as people write them', () => {
    const say = (server: number, client: number): string =>
      only(
        keptWhole({ databases: [database({ content: content({ serverVersion: server }) })], tools: psql(client) }),
        'database-version',
      );
    expect(say(130007, 130011)).toMatch(/version 13\.7, psql on this host 13\.11/);
    expect(say(90224, 150004)).toMatch(/version 9\.2, psql on this host 15\.4/);
    expect(say(160002, 150004)).toContain('programs of PostgreSQL 16');
  });

  it('of a hosted engine: how it comes into maintenance, or that it is none any more', () => {
    const say = (hostedEngine: 'active' | 'idle'): string =>
      only(keptWhole({ databases: [database({ content: content({ hostedEngine }) })] }), 'hosted-engine');
    expect(say('active')).toContain('--set-maintenance --mode=global');
    expect(say('idle')).toContain('continueSetupOnHEVM=bool:True');
  });

  it('of Grafana: the files in the way, as they are below another root', () => {
    const text = only(keptWhole({ root: '/mnt/host', components: ['grafana'], hollow: [HOLLOW] }), 'grafana-config');
    expect(text).toContain('/mnt/host/var/lib/grafana/grafana.db');
    expect(text).toContain('/mnt/host/etc/grafana/grafana.ini');
    const aside = { ...HOLLOW, aside: '/etc/grafana/grafana.ini.rpmsave' };
    expect(only(keptWhole({ root: '/mnt/host', components: ['grafana'], hollow: [aside] }), 'grafana-config')).toMatch(
      /Run "engine-cleanup -d": .*from \/mnt\/host\/etc\/grafana\/grafana\.ini\.rpmsave/,
    );
  });

  it('paths as they are below another root', () => {
    const root = '/mnt/host';
    const apache = keptWhole({ root, marker: marker({ 'OVESETUP_APACHE/configured': true }) });
    expect(only(apache, 'marker-apache')).toContain(root + g5.marker);
    expect(only(clean({ root, ...keys('qemu-ca.pem') }), 'pki-pair-qemu-ca.pem')).toContain(
      `${root}${PKI}/private/qemu-ca.pem`,
    );
    expect(only(keptWhole({ root, pki: pkiOf(without('.truststore')) }), 'pki-keys')).toContain(`${root}${PKI}/ca.pem`);
    const lines = [{ ...finished().lines[0]!, path: '/etc/dnf/plugins/versionlock.list' }];
    lines[0]!.edits = [{ added: 'ovirt-engine-4.4.1-1.el8.noarch', removed: null }];
    expect(only(clean({ root, lines }), 'versionlock')).toContain(`${root}/etc/dnf/plugins/versionlock.list`);
    const ssl = clean({ root, lines: finished().lines });
    expect(only(ssl, 'web-server')).toContain(`${root}/etc/httpd/conf.d/ssl.conf`);
  });
});
