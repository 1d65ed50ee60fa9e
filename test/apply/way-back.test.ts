/** The way back: what was closed is opened, what was stopped runs again, and what cannot be is told. */
import { describe, expect, it } from 'vitest';
import { closeSessions, goBack } from '../../src/apply/way-back.ts';
import type { AdminConnection, Host } from '../../src/host/port.ts';
import type { ClearSession } from '../../src/host/postgres/clear.ts';
import { Fakes, SECRET } from './fakes.ts';

/** A host whose units and databases can be started and opened, but for those that `broken` names. */
function host(fakes: Fakes, broken: readonly string[] = []): void {
  const attempt = async (what: string): Promise<void> => {
    fakes.events.push(what);
    const name = broken.find((one) => what.includes(one));
    if (name !== undefined) throw new Error(`${name} says ${SECRET}`);
  };
  fakes.context.host = {
    services: { start: (unit: string, timeoutMs: number) => attempt(`start ${unit} ${timeoutMs}`) },
    databases: {
      admin: (port: number, database: string) =>
        ({ execute: (sql: string) => attempt(`${database}:${port} ${sql}`) }) as AdminConnection,
    },
  } as unknown as Host;
}

describe('the way back', () => {
  it('opens the databases with the limit they had, then starts the services in the reverse order of their stopping', async () => {
    const fakes = new Fakes();
    host(fakes);
    fakes.context.undo.databases.push(
      { database: 'engine', server: { socket: 5432 }, limit: -1 },
      { database: 'o"dd', server: { socket: 5433 }, limit: 40 },
    );
    fakes.context.undo.services.push('dwhd', 'notifier', 'engine');
    const { warnings, restarted } = await goBack(fakes.context, fakes.journal);
    expect(warnings).toEqual([]);
    expect(restarted).toEqual(['engine', 'notifier', 'dwhd']);
    expect(fakes.events).toEqual([
      ...['journal undo engine', 'postgres:5432 ALTER DATABASE "engine" CONNECTION LIMIT -1'],
      ...['journal undo o"dd', 'postgres:5433 ALTER DATABASE "o""dd" CONNECTION LIMIT 40'],
      ...['journal undo engine', 'start engine 1000'],
      ...['journal undo notifier', 'start notifier 1000'],
      ...['journal undo dwhd', 'start dwhd 1000'],
    ]);
  });

  it('goes on behind what fails, which is a warning without a password', async () => {
    const fakes = new Fakes();
    host(fakes, ['engine', 'notifier']);
    fakes.context.undo.databases.push({ database: 'engine', server: { socket: 5432 }, limit: -1 });
    fakes.context.undo.services.push('dwhd', 'notifier');
    const { warnings, restarted } = await goBack(fakes.context, fakes.journal);
    expect(restarted).toEqual(['dwhd']);
    expect(warnings).toEqual([
      { code: 'way-back', message: 'Database "engine" could not be reopened: engine says ***' },
      { code: 'way-back', message: 'notifier could not be started again: notifier says ***' },
    ]);
  });

  it('is taken whether its journal can be written or not, which is one warning', async () => {
    const fakes = new Fakes();
    host(fakes);
    fakes.onJournal = () => {
      throw new Error('EIO: i/o error, fsync');
    };
    fakes.context.undo.databases.push({ database: 'engine', server: { socket: 5432 }, limit: -1 });
    fakes.context.undo.services.push('dwhd', 'engine');
    const { warnings, restarted } = await goBack(fakes.context, fakes.journal);
    expect(restarted).toEqual(['engine', 'dwhd']);
    expect(fakes.events).toContain('postgres:5432 ALTER DATABASE "engine" CONNECTION LIMIT -1');
    expect(warnings).toEqual([{ code: 'run-directory', message: expect.stringContaining('EIO: i/o error, fsync') }]);
  });

  it('tells of a database that nobody can open any more', async () => {
    const fakes = new Fakes();
    host(fakes);
    fakes.context.host.databases.admin = () => null;
    fakes.context.undo.databases.push({ database: 'engine', server: { socket: 5432 }, limit: -1 });
    const { warnings } = await goBack(fakes.context, fakes.journal);
    expect(warnings).toMatchObject([{ code: 'way-back' }]);
    expect(warnings[0]!.message).toContain('Database "engine" could not be reopened');
  });

  it('has nothing to do where nothing was stopped', async () => {
    const fakes = new Fakes();
    expect(await goBack(fakes.context, fakes.journal)).toEqual({ warnings: [], restarted: [] });
    expect(fakes.events).toEqual([]);
  });
});

it('open transactions are ended, whatever becomes of each', async () => {
  const fakes = new Fakes();
  const session = (name: string, error?: Error): ClearSession =>
    ({
      abort: async () => {
        fakes.events.push(`abort ${name}`);
        if (error) throw error;
      },
    }) as unknown as ClearSession;
  fakes.context.sessions.set('engine', session('engine', new Error('the connection is lost')));
  fakes.context.sessions.set('dwh', session('dwh'));
  await closeSessions(fakes.context);
  expect(fakes.events).toEqual(['abort engine', 'abort dwh']);
  expect(fakes.context.sessions.size).toBe(0);
});
