/** The end of a backup: what its README brings back from a real server, and what setup is told. */
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Credentials } from '../../src/model/credentials.ts';
import type { BackedUpDatabase, DatabaseAction, Plan, Step, StepOf } from '../../src/model/plan.ts';
import { backupSeal } from '../../src/steps/backup-seal.ts';
import { runnerOf } from '../../src/steps/context.ts';
import { RUNNERS } from '../../src/steps/index.ts';
import { putBack, readmeOf, wayBack } from '../backup/by-hand.ts';
import { ENGINE_PASSWORD, PostgresServer } from '../fixture/postgres.ts';
import { callerUid } from '../fixture/project.ts';
import { run } from '../fixture/run.ts';
import { credentialsOf, testAccount } from '../host/postgres/helpers.ts';
import { stepContext, type TestContext } from './database-context.ts';

const base = { title: '', needs: [], destructive: true };

let server: PostgresServer;
let context: TestContext;
beforeAll(async () => {
  server = await PostgresServer.start({ contents: 'engine+dwh', size: 'small' });
});
afterAll(() => server?.destroy());
beforeEach(() => {
  context = stepContext(server);
});
afterEach(() => context.end());

/** Roles and one database as PostgreSQL itself writes them down. */
async function pictures(database: string): Promise<string[]> {
  const { bin, env } = server.programs;
  const socket = ['-h', server.socketDir, '-p', String(server.port), '-U', 'postgres'];
  const texts = await Promise.all([
    run(`${bin}/pg_dumpall`, [...socket, '--globals-only'], { env }),
    run(`${bin}/pg_dump`, [...socket, '--create', database], { env }),
  ]);
  return texts.map((text) => text.replace(/^\\(?:un)?restrict .*$/gm, ''));
}

function backedUp(action: DatabaseAction, more: Partial<BackedUpDatabase> = {}): BackedUpDatabase {
  const credentials = more.credentials ?? credentialsOf(server, { secret: context.vault.put(ENGINE_PASSWORD) });
  const { host, port, database: name, role } = credentials;
  return { component: 'engine', name, host, port, role, local: true, action, credentials, reach: 'connected', ...more };
}

function plan(databases: BackedUpDatabase[], steps: Step[]): Plan {
  return {
    ...context.plan,
    steps,
    databases: databases.map(({ credentials: _, reach: __, ...one }) => ({ ...one, why: '', sizeBytes: null })),
  };
}

const seal = (databases: BackedUpDatabase[]): StepOf<'backup-seal'> => ({
  ...base,
  kind: 'backup-seal',
  id: 'seal',
  target: 'manifest.json',
  databases,
});

async function apply(databases: BackedUpDatabase[], steps: Step[]): Promise<void> {
  context.plan = plan(databases, steps);
  for (const step of steps) await runnerOf(RUNNERS, step).apply(step, context);
}

function dumpStep(credentials: Credentials, as: 'admin' | 'role'): Step {
  const { database: target } = credentials;
  const way = as === 'admin' ? { as, server: { socket: server.port } } : { as };
  const step = { kind: 'database-dump', id: 'dump', key: 'engine', component: 'engine', file: 'engine.dump' } as const;
  return { ...base, ...step, ...way, target, credentials, ownedTables: 0, sizeBytes: 0, exclude: [] };
}

/** What a run does to a database that it drops, and to roles; in that order. */
function dropSteps(databases: BackedUpDatabase[], roles: string[]): Step[] {
  const way = { server: { socket: server.port } };
  const drops = databases.filter(({ action }) => action === 'drop');
  return [
    ...drops.map(({ component, name: database }): Step => {
      return { ...base, kind: 'database-seal', id: 'close', target: database, key: component, database, ...way };
    }),
    ...drops.map(({ credentials }) => dumpStep(credentials!, 'admin')),
    {
      ...base,
      kind: 'roles-dump',
      id: 'roles',
      target: 'roles.sql',
      ...way,
      roles,
      databases: drops.map(({ name }) => name),
      file: 'roles.sql',
    },
    seal(databases),
    ...drops.map(({ component, name: database, role }): Step => {
      const own = { key: component, component, database, role };
      return { ...base, kind: 'database-drop', id: 'drop', target: database, ...own, ...way };
    }),
    ...roles.map((role): Step => ({ ...base, kind: 'role-drop', id: role, target: role, role, ...way })),
  ];
}

/** The shell of root, on a machine whose server has its socket where libpq looks for it. */
function shell(): NodeJS.ProcessEnv {
  const path = `${standIn()}${process.env.PATH}`;
  return { ...server.programs.env, PATH: path, PGHOST: server.socketDir, HOME: context.backup!.dir };
}

/** Where the tests' servers run as somebody else than `postgres`, the account is left out of the command. */
function standIn(): string {
  if (callerUid() === 0 && testAccount().name === 'postgres') return '';
  const dir = join(context.backup!.dir, 'bin');
  mkdirSync(dir);
  writeFileSync(join(dir, 'runuser'), '#!/bin/sh\nshift 3\nPGUSER=postgres exec "$@"\n');
  chmodSync(join(dir, 'runuser'), 0o755);
  return `${dir}:`;
}

const answers = (): string => readFileSync(context.backup!.path('engine-answers.conf'), 'utf8');

describe('the README of a dropping run', () => {
  it('brings back database and role, without a word of complaint, by commands of root alone', async () => {
    await server.superuser("ALTER DATABASE engine CONNECTION LIMIT 42; ALTER ROLE engine SET work_mem TO '8MB'");
    const before = await pictures('engine');
    const databases = [backedUp('drop')];
    await apply(databases, dropSteps(databases, ['engine']));
    expect(await server.superuser("SELECT 1 FROM pg_roles WHERE rolname = 'engine'")).toEqual([]);
    putBack(context.backup!.dir, shell());
    expect(await pictures('engine')).toEqual(before);
    await server.as('engine', ENGINE_PASSWORD, 'engine', 'SELECT 1');
    expect(existsSync(context.backup!.path('engine-answers.conf'))).toBe(false);
    expect(existsSync(context.backup!.path('pgpass'))).toBe(false);
  });

  it('brings back the database of a role that stays, because it is a superuser', async () => {
    await server.superuser('ALTER ROLE engine SUPERUSER');
    const before = await pictures('engine');
    const databases = [backedUp('drop')];
    await apply(databases, dropSteps(databases, []));
    expect(readFileSync(context.backup!.path('roles.sql'), 'utf8')).not.toMatch(/(?:CREATE|ALTER) ROLE engine /);
    putBack(context.backup!.dir, shell());
    expect(await pictures('engine')).toEqual(before);
    await server.superuser('ALTER ROLE engine NOSUPERUSER');
  });

  it('brings back a role that was left alone', async () => {
    await server.superuser("CREATE ROLE lonely LOGIN PASSWORD 'x'");
    const before = await pictures('engine');
    await apply([backedUp('absent')], dropSteps([backedUp('absent')], ['lonely']));
    expect(await pictures('engine')).not.toEqual(before);
    putBack(context.backup!.dir, shell());
    expect(await pictures('engine')).toEqual(before);
  });
});

describe('the README of a clearing run', () => {
  it('checks the server as the installation does', async () => {
    context.extraCa.push(readFileSync(server.caFile, 'utf8'));
    const secret = context.vault.put(ENGINE_PASSWORD);
    const credentials = credentialsOf(server, { secret, secured: true, validation: true });
    const databases = [backedUp('clear', { credentials })];
    const before = await pictures('engine');
    const clear: Step = {
      ...base,
      kind: 'database-clear',
      id: 'clear',
      target: 'engine',
      key: 'engine',
      component: 'engine',
      credentials,
      backedUp: true,
      cascades: [],
    };
    await apply(databases, [dumpStep(credentials, 'role'), seal(databases), clear]);
    expect(await pictures('engine')).not.toEqual(before);
    const trusted = context.backup!.path('trusted-ca.pem');
    const ca = readFileSync(trusted);
    const [list, restore] = wayBack(readmeOf(context.backup!.dir)).filter((line) => line.includes('engine.list'));
    const where = { cwd: context.backup!.dir, env: shell() };
    await run('/bin/sh', ['-c', list!], where);
    writeFileSync(trusted, readFileSync(server.otherCaFile));
    await expect(run('/bin/sh', ['-c', restore!], where)).rejects.toThrow('certificate verify failed');
    writeFileSync(trusted, ca);
    await run('/bin/sh', ['-c', restore!], where);
    expect(await pictures('engine')).toEqual(before);
  });
});

describe('engine-setup', () => {
  it('is given a cleared database with its password, in a file of its owner alone', async () => {
    await apply([backedUp('clear')], [seal([backedUp('clear')])]);
    expect(answers()).toContain(`OVESETUP_DB/password=str:${ENGINE_PASSWORD}\n`);
    expect(statSync(context.backup!.path('engine-answers.conf')).mode & 0o777).toBe(0o600);
    expect(readmeOf(context.backup!.dir)).not.toContain('str:PASSWORD');
  });

  it('is not given a password that the server has rejected: the README asks for the present one', async () => {
    const databases = [backedUp('keep', { reach: 'rejected' })];
    await apply(databases, [seal(databases)]);
    expect(answers()).toContain('OVESETUP_DB/user=str:engine\n');
    expect(answers()).not.toMatch(/password=/);
    expect(readmeOf(context.backup!.dir)).toContain(
      'add a line with the present one to engine-answers.conf:\nOVESETUP_DB/password=str:PASSWORD',
    );
  });

  it.each([
    ['that does not exist', 'absent', { reach: 'absent' as const }],
    ['that does not exist on another server', 'absent', { reach: 'absent' as const, local: false }],
    ['whose kept credentials it finds by itself', 'keep', {}],
    ['of another host', 'foreign', { local: false }],
  ] as const)('is given no answers for a database %s', async (_, action, more) => {
    await apply([backedUp(action, more)], [seal([backedUp(action, more)])]);
    expect(existsSync(context.backup!.path('engine-answers.conf'))).toBe(false);
    expect(readmeOf(context.backup!.dir)).not.toContain('engine-setup --config-append');
  });

  it('is given several databases by one command', async () => {
    const dwh = credentialsOf(server, { database: 'ovirt_engine_history', role: 'ovirt_engine_history' });
    const databases = [
      backedUp('keep', { local: false }),
      backedUp('keep', { local: false, component: 'dwh', credentials: dwh }),
    ];
    await apply(databases, [seal(databases)]);
    expect(readmeOf(context.backup!.dir)).toContain(
      '    engine-setup --config-append="$PWD/engine-answers.conf" --config-append="$PWD/dwh-answers.conf"\n',
    );
  });
});

it('the steps of a backup are refused without one', async () => {
  await expect(backupSeal.apply(seal([]), { ...context, backup: null })).rejects.toThrow('without a backup');
});
