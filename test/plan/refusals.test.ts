/** Every reason not to start that follows from facts and wishes, and what --force makes of it. */
import { describe, expect, it } from 'vitest';
import { CHECKS } from '../../src/model/checks.ts';
import type { Facts } from '../../src/model/facts.ts';
import type { Wishes } from '../../src/model/plan.ts';
import { content, database, finished } from './facts.ts';
import { planFor } from './steps.ts';

function checks(facts: Facts, wishes: Partial<Wishes> = {}): string[] {
  return planFor(facts, wishes).refusals.map(({ check }) => check);
}

const half = finished({ databases: [database({ content: content({ missing: ['vms'] }) })] });
const { tools, space, services, pki } = finished();

describe('refusals', () => {
  it.each<[string, Partial<Facts>, Partial<Wishes>]>([
    ['half-built', half, { keepDatabases: true }],
    ['foreign-objects', { databases: [database({ content: content({ foreignObjects: ['table public.x'] }) })] }, {}],
    ['hosted-engine', { databases: [database({ content: content({ hostedEngine: 'active' }) })] }, {}],
    ['pg-dump', { tools: { ...tools, pgDump: null } }, {}],
    ['pg-dump', { tools: { ...tools, pgRestore: null } }, {}],
    ['pg-dump', { tools: { ...tools, pgDump: { path: '/p', version: 130000 } } }, {}],
    ['pg-dump', { databases: [database({ content: content({ serverVersion: 80400 }) })] }, {}],
    ['space', { space: { ...space, freeBytes: 1000 } }, {}],
    ['backup-dir', { space: { ...space, backupDir: '/etc/pki/ovirt-engine/b' } }, {}],
    ['backup-dir', { space: { ...space, trouble: 'is a file' } }, {}],
    ['unit', { services: services.map((one) => ({ ...one, masked: true })) }, {}],
    ['unit', { services: services.map((one) => ({ ...one, failedLoop: true })) }, {}],
    ['process', { root: '/mnt/host', strays: [{ pid: 7, program: '/mnt/host/usr/bin/java' }] }, {}],
    ['not-root', { caller: { uid: 1000, user: 'joe', mayWrite: false } }, {}],
    [
      'keep-pki',
      {
        pki: { ...pki, usable: false },
        databases: [database({ content: content({ encrypted: { 'providers.auth_password': 2 } }) })],
      },
      { keepPki: true, keepDatabases: true },
    ],
  ])('%s', (check, facts, wishes) => {
    const { refusals } = planFor(finished(facts), wishes);
    expect(refusals.map((one) => one.check)).toContain(check);
    const { message, hint, forcible } = refusals.find((one) => one.check === check)!;
    expect(message).toMatch(/Nothing was changed\.$/);
    expect(hint).not.toBe('');
    expect(forcible).toBe(CHECKS.find((one) => one.check === check)!.forcible);
  });

  it('are none on a host without any of these', () => {
    expect(checks(finished())).toEqual([]);
    expect(checks(finished(), { keepDatabases: true, keepPki: true })).toEqual([]);
  });

  it('a process that nobody can tell to stop is named with its program and how to end it', () => {
    const facts = finished({ root: '/mnt/host', strays: [{ pid: 4711, program: '/mnt/host/usr/bin/java' }] });
    const [refusal] = planFor(facts).refusals;
    expect(refusal!.message).toContain('4711');
    expect(refusal!.message).toContain('/mnt/host/usr/bin/java');
    expect(refusal!.hint).toContain('kill 4711');
  });

  it("a masked unit of a component that is not set up here, and does not run, is nobody's business", () => {
    const dwh = { ...services[0]!, component: 'dwh' as const, masked: true, active: false };
    expect(checks(finished({ services: [dwh] }))).toEqual([]);
    expect(checks(finished({ services: [{ ...dwh, active: true }] }))).toEqual(['unit']);
  });

  it('name a program that is there and cannot be used', () => {
    const silent = [{ path: '/pg/bin/pg_dump', why: 'it ended with status 127' }];
    const [refusal] = planFor(finished({ tools: { ...tools, pgDump: null, silent } })).refusals;
    expect(refusal!.message).toContain('/pg/bin/pg_dump cannot be used (it ended with status 127)');
    expect(refusal!.hint).toContain('/pg/bin/pg_dump --version');
  });

  it('of the backup are none where no backup is made', () => {
    const facts = finished({ tools: { ...tools, pgDump: null }, space: { ...space, freeBytes: 0 } });
    expect(checks(facts)).toEqual(['pg-dump', 'space']);
    expect(checks(facts, { backup: false })).toEqual([]);
  });
});

describe('--force', () => {
  it('passes only what is forcible, and the plan goes on saying it', () => {
    const wishes = { keepDatabases: true, force: ['half-built'] };
    expect(checks(half, wishes)).toEqual([]);
    const warning = planFor(half, wishes).warnings.find(({ code }) => code === 'forced')!;
    expect(warning.message).toMatch(/^In spite of this, with --force half-built: .*half-built/);
    expect(warning.message).not.toContain('Nothing was changed');
    expect(planFor(half, { keepDatabases: true }).warnings.map(({ code }) => code)).not.toContain('forced');
    const full = finished({ space: { ...space, freeBytes: 1 } });
    expect(checks(full, { force: ['space'] })).toEqual(['space']);
  });
});
