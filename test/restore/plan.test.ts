/** What the plan of a restore says of a database, and when the web server is told. */
import { expect, it } from 'vitest';
import type { DatabaseWay, Plan } from '../../src/model/plan.ts';
import type { DatabaseFinding } from '../../src/restore/findings.ts';
import { makeRestorePlan } from '../../src/restore/plan.ts';
import { credentials, WISHES } from '../plan/facts.ts';

const own = credentials('engine', '/etc/ovirt-engine/engine.conf.d/10-setup-database.conf');
const SUPERUSER = 'filled by a superuser, as whom code that its owner left in it runs';

function whyOf(way: DatabaseWay, more: Partial<DatabaseFinding> = {}): string {
  const database: DatabaseFinding = {
    key: 'engine',
    component: 'engine',
    credentials: own,
    way,
    exclude: [],
    before: { state: 'full', dump: 'engine.dump', others: null },
    left: null,
    verdict: 'left',
    now: 'absent',
    trouble: null,
    ...more,
  };
  return planOf([database]).databases[0]!.why;
}

const NOTHING = {
  files: [],
  removedDirs: [],
  madeDirs: [],
  roles: [],
  closed: [],
  unasked: [],
  rows: [],
  ovn: [],
  services: [],
};

function planOf(databases: readonly DatabaseFinding[], owesReload = false): Plan {
  const effects = { ...NOTHING, databases: [], webServer: 'httpd' };
  return makeRestorePlan({ ...NOTHING, missingDirs: [], databases, effects } as never, WISHES, {
    root: '/',
    release: null,
    run: 'run-1',
    backup: '/backup',
    databases: [],
    backupDir: '/restore',
    owesReload,
  });
}

it('tells the web server what an earlier restore died before telling it, though nothing else is left to do', () => {
  expect(planOf([], true).steps.map(({ id }) => id)).toEqual(['seal:backup', 'reload:httpd']);
  expect(planOf([]).steps).toEqual([]);
});

it('tells that a superuser fills it, where one does', () => {
  expect(whyOf({ as: 'admin', server: { socket: 5432 } })).toContain(SUPERUSER);
  expect(whyOf({ as: 'admin', server: { credentials: own, superuser: true } })).toContain(SUPERUSER);
  expect(whyOf({ as: 'admin', server: { credentials: own, superuser: false } })).not.toContain(SUPERUSER);
  expect(whyOf({ as: 'role' })).not.toContain(SUPERUSER);
  expect(whyOf({ as: 'admin', server: { socket: 5432 } }, { verdict: 'before', now: 'full' })).not.toContain(SUPERUSER);
});
