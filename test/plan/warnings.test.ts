/** What the operator is told before saying yes. */
import { describe, expect, it } from 'vitest';
import type { Facts } from '../../src/model/facts.ts';
import type { Wishes } from '../../src/model/plan.ts';
import { content, database, finished, superuserView } from './facts.ts';
import { planFor } from './steps.ts';

function warning(code: string, facts: Partial<Facts>, wishes: Partial<Wishes> = {}): string | undefined {
  return planFor(finished(facts), wishes).warnings.find((one) => one.code === code)?.message;
}

const admin = superuserView();
const { pki } = finished();

describe('warnings', () => {
  it('none on a plain host', () => {
    expect(planFor(finished()).warnings).toEqual([]);
  });

  it('siblings: databases with our name that are left alone', () => {
    const siblings = ['engine_20250101120000', 'engine_old'];
    const message = warning('siblings', { databases: [database({ admin: { ...admin, siblings } })] });
    expect(message).toContain('engine_20250101120000, engine_old');
  });

  it('role-elsewhere: a role that is used by others, where its database goes', () => {
    const role = { ...admin.role!, elsewhere: ['accounting'] };
    const databases = [database({ admin: { ...admin, role } })];
    expect(warning('role-elsewhere', { databases })).toMatch(/Role "engine".*accounting/);
    expect(warning('role-elsewhere', { databases }, { keepDatabases: true })).toBeUndefined();
  });

  it('provider-keys: a kept OVN provider whose keys go, which no setup makes again', () => {
    const marker = { ...finished().marker!, values: { 'OVESETUP_OVN/ovirtProviderOvnId': 'id-1' } };
    expect(warning('provider-keys', { marker }, { keepDatabases: true })).toContain('--keep-pki keeps them');
    expect(warning('provider-keys', { marker }, { keepDatabases: true, keepPki: true })).toBeUndefined();
    expect(warning('provider-keys', { marker })).toBeUndefined();
    expect(warning('provider-keys', {}, { keepDatabases: true })).toBeUndefined();
  });

  it('cascade and sessions: whom else the end of the database concerns', () => {
    const session = { pid: 1, role: 'reporting', application: 'grafana', client: '10.0.0.7', state: 'idle' };
    const databases = [
      database({
        content: content({
          cascades: [{ name: 'view reports.hosts', definition: 'CREATE VIEW reports.hosts AS SELECT 1;' }],
          sessions: [session, { ...session, pid: 2 }],
        }),
      }),
    ];
    expect(warning('cascade', { databases })).toContain('view reports.hosts');
    expect(warning('sessions', { databases })).toBe(
      '2 other sessions are connected to database "engine": reporting grafana 10.0.0.7.',
    );
    expect(warning('sessions', { databases }, { keepDatabases: true })).toBeUndefined();
  });

  it("web-certificate: the administrator's own CA of the web server goes too", () => {
    const facts = { pki: { ...pki, thirdPartyWebCertificate: true } };
    expect(warning('web-certificate', facts)).toContain('apache-ca.pem');
    expect(warning('web-certificate', facts, { keepPki: true })).toBeUndefined();
  });

  it('old-organisation: a CA that is kept without its database keeps its organisation', () => {
    expect(warning('old-organisation', {}, { keepPki: true })).toContain('("Test")');
    expect(warning('old-organisation', {}, { keepPki: true, keepDatabases: true })).toBeUndefined();
  });

  it('no-keys-to-keep: --keep-pki finds none, and nothing depends on them', () => {
    const gone = { ...pki, usable: false, usableWhy: 'engine.p12 is damaged' };
    const message = warning('no-keys-to-keep', { pki: gone }, { keepPki: true });
    expect(message).toMatch(/engine\.p12 is damaged.*no copy in/);
    const copies = [{ path: '/b', usable: false, why: '', takenAt: '' }];
    expect(warning('no-keys-to-keep', { pki: { ...gone, copies } }, { keepPki: true })).toContain('none of the 1');
    expect(planFor(finished({ pki: gone }), { keepPki: true }).keepPki).toBe(false);
  });

  it('passwords-unreadable: how many, where the database is kept without the keys', () => {
    const databases = [database({ content: content({ encrypted: { 'providers.auth_password': 3 } }) })];
    expect(warning('passwords-unreadable', { databases }, { keepDatabases: true })).toContain('3 stored passwords');
    expect(warning('passwords-unreadable', { databases }, { keepDatabases: true, keepPki: true })).toBeUndefined();
    expect(warning('passwords-unreadable', { databases })).toBeUndefined();
    const silent = [database({ reach: { state: 'unreachable', message: '' }, content: null })];
    expect(warning('passwords-unreadable', { databases: silent }, { keepDatabases: true })).toContain('unknown number');
  });

  it('database-absent and no-credentials: what becomes of credentials that are of no use, or missing', () => {
    const absent = database({ reach: { state: 'absent', message: '' }, content: null });
    expect(warning('database-absent', { databases: [absent] })).toContain('does not exist');
    const none = database({ credentials: null, candidates: [], reach: { state: 'no-credentials', message: '' } });
    expect(warning('no-credentials', { databases: [none] }, { keepDatabases: true })).toContain('"Manual"');
    const view = superuserView();
    const empty = { ...none, admin: { ...view, database: { ...view.database!, recognised: false, tables: 0 } } };
    expect(warning('no-credentials', { databases: [empty] })).toBeUndefined();
    expect(warning('no-credentials', { databases: [empty] }, { keepDatabases: true })).toBeUndefined();
  });

  it('no-backup, packages-unknown, and what was noted when the host was read', () => {
    expect(warning('no-backup', {}, { backup: false })).toContain('cannot be put back');
    expect(warning('packages-unknown', { package: 'unknown' })).toContain('rpm');
    expect(warning('override', { notes: [{ code: 'override', message: 'noted' }] })).toBe('noted');
  });
});
