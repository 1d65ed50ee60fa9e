/** What the operator is told to answer engine-setup after a run that keeps databases. */
import { describe, expect, it } from 'vitest';
import type { DatabaseFact } from '../../src/model/facts.ts';
import type { Wishes } from '../../src/model/plan.ts';
import { makePlan } from '../../src/plan/index.ts';
import { database, finished, WISHES } from './facts.ts';

function answers(more: Partial<DatabaseFact>, wishes: Partial<Wishes> = {}): string {
  const facts = finished({ databases: [database(more)] });
  const plan = makePlan(facts, { ...WISHES, keepDatabases: true, ...wishes }, { backupDir: '/backup' });
  return plan.answers.join('\n');
}

describe('credentials that the server rejects', () => {
  const rejected: Partial<DatabaseFact> = { reach: { state: 'rejected', message: '28P01' }, content: null };

  it('the present password has to be given; the rest is in the backup', () => {
    const text = answers(rejected);
    expect(text).toContain('go into the backup');
    expect(text).toContain('its present password');
    expect(text).toContain('engine-answers.conf');
  });

  it('the backup is told of it', () => {
    const facts = finished({ databases: [database(rejected)] });
    const { steps } = makePlan(facts, { ...WISHES, keepDatabases: true }, { backupDir: '/backup' });
    expect(steps.find(({ kind }) => kind === 'backup-seal')).toMatchObject({ databases: [{ reach: 'rejected' }] });
  });

  it('without a backup nothing is said to be in it', () => {
    const text = answers(rejected, { backup: false });
    expect(text).toContain('its present password');
    expect(text).not.toContain('backup');
  });
});

describe('a database that does not exist', () => {
  const absent: Partial<DatabaseFact> = { reach: { state: 'absent', message: '3D000' }, content: null };

  it('is made by setup on this host', () => {
    const text = answers(absent);
    expect(text).toContain('engine-setup makes a new, empty one');
    expect(text).not.toMatch(/password|Manual|upgrade/);
  });

  it.each([
    ['another server', { local: false }, '"Remote"'],
    ['a server that somebody else provides', { providedByOthers: true }, '"Manual"'],
  ])('has to be made first on %s', (_, more, answer) => {
    const text = answers({ ...absent, ...more });
    expect(text).toContain('first has to make an empty one that role "engine" owns');
    expect(text).toContain('uuid-ossp');
    expect(text).toContain(answer);
    expect(text).not.toContain('engine-setup makes');
  });
});
