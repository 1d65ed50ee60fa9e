/** Clearing where the server's lock table is too small for one transaction. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dropInBatches, revokeWrites } from '../../../src/host/postgres/batches.ts';
import { ClearSession } from '../../../src/host/postgres/clear.ts';
import { inspectContent } from '../../../src/host/postgres/inspect.ts';
import { engine } from '../../../src/layouts/otopi/engine.ts';
import { ENGINE_PASSWORD, PostgresServer } from '../../fixture/postgres.ts';
import { copyOf, errorOf, login } from './helpers.ts';

const HOW = { cascades: [], extensions: ['uuid-ossp'] };
const SMALL = { max_locks_per_transaction: 10, max_connections: 20 };

let server: PostgresServer;
beforeAll(async () => {
  server = await PostgresServer.start({ settings: SMALL });
  await server.superuser("CREATE ROLE other LOGIN PASSWORD 'other'");
});
afterAll(() => server?.destroy());

async function open(database: string): Promise<ClearSession> {
  return ClearSession.open(await login(server, { database }), { place: 'it', timeoutMs: 20_000 });
}

async function look(database: string) {
  const connection = await login(server, { database });
  const content = await inspectContent(connection, engine.database!);
  await connection.close();
  return content;
}

describe('a lock table that is too small', () => {
  it('is known before, and the database is cleared all the same', async () => {
    const database = await copyOf(server, 'engine');
    expect((await look(database)).lockCapacity).toBe(200);
    await (await open(database)).clear(HOW);
    expect(await look(database)).toMatchObject({
      ownedObjects: 0,
      tables: 0,
      publicSchema: true,
      missingExtensions: [],
    });
  });

  it('that shows only on the way (53200) leads to the same end', async () => {
    // Enough by the settings, but somebody else's locks lie in the same table.
    await using busy = await PostgresServer.start({ settings: { max_connections: 80 } });
    const hog = await busy.connectAs('engine', ENGINE_PASSWORD, 'postgres', { applicationName: 'hog' });
    let taken = 0;
    const full = async (): Promise<void> => {
      for (;;) {
        await hog.query(`SELECT count(pg_advisory_lock(i)) FROM generate_series(${taken + 1}, ${taken + 100}) i`);
        taken += 100;
      }
    };
    await expect(full()).rejects.toMatchObject({ code: '53200' });
    await hog.query(`SELECT count(pg_advisory_unlock(i)) FROM generate_series(1, 1500) i`);

    const session = await ClearSession.open(await login(busy), { place: 'it', timeoutMs: 20_000 });
    await session.clear(HOW);
    const statements = readFileSync(join(busy.dir, 'server.log'), 'utf8');
    expect(statements).toContain('out of shared memory');
    const connection = await login(busy);
    expect(await inspectContent(connection, engine.database!)).toMatchObject({ ownedObjects: 0, tables: 0 });
    await connection.close();
    await hog.end();
  });

  it('lets nothing be written once the first batch is gone, and a rerun after a kill goes on', async () => {
    const database = await copyOf(server, 'engine');
    await server.superuser(
      'GRANT ALL ON ALL TABLES IN SCHEMA public TO other; GRANT UPDATE (job_id) ON public.job TO PUBLIC',
      database,
    );
    const session = await open(database);
    const tables = session.owned.filter(({ kind }) => kind === 'table');
    await session.abort();
    const connection = await login(server, { database });
    await connection.query('BEGIN');
    await revokeWrites(connection, tables);
    const stopped = dropInBatches(connection, 150000, 20_000, async (batches) => {
      // Killed at the beginning of the third batch.
      if (batches === 2) (connection as unknown as { destroy(): void }).destroy();
    });
    await errorOf(stopped);

    const left = await look(database);
    expect(left.tables).toBe(156);
    expect(left.missing).toContain('the right of its owner to write to its tables');
    for (const [role, password] of [
      ['engine', ENGINE_PASSWORD],
      ['other', 'other'],
    ] as const) {
      for (const sql of [
        'INSERT INTO public.job SELECT * FROM public.job',
        'UPDATE public.job SET job_id = job_id',
        'DELETE FROM public.job',
      ])
        expect(await server.as(role, password, database, sql).catch(({ code }) => code)).toBe('42501');
    }
    await (await open(database)).clear(HOW);
    expect(await look(database)).toMatchObject({ ownedObjects: 0, tables: 0, publicSchema: true });
  });

  it('says what is gone when somebody gets in between', async () => {
    const database = await copyOf(server, 'engine');
    await server.superuser(
      'GRANT SELECT ON public.vds_static TO other; GRANT USAGE ON SCHEMA public TO other',
      database,
    );
    const connection = await login(server, { database, timeoutMs: 500 });
    const session = await ClearSession.open(connection, { place: 'it', timeoutMs: 500 });
    // A reader of the last table to go: it is met only after other batches were committed.
    const reader = await server.connectAs('other', 'other', database, { applicationName: 'reporting' });
    await reader.query('BEGIN; SELECT * FROM public.vds_static');
    const error = await errorOf(session.clear(HOW));
    expect(error.code).toBe('55P03');
    expect(error.message).toMatch(/reporting.*What was dropped until then stays dropped/);
    await reader.end();
    await (await open(database)).clear(HOW);
    expect(await look(database)).toMatchObject({ ownedObjects: 0, tables: 0 });
  });
});
