/** Databases on another server come back from there: one that its own role emptied, and one that an administrator's login dropped. */
import { afterEach, describe, expect, it } from 'vitest';
import { ELSEWHERE, ENGINE_PASSWORD } from '../fixture/postgres.ts';
import { Box, difference } from './harness.ts';
import { dumpOf, pictureOf, rolesOf } from './picture.ts';
import { databasesOf, machinesOf, makeScriptedBox, setUpAgain, unfinished } from './scripted-box.ts';

let box: Pick<Box, 'destroy'>;
afterEach(() => box.destroy());

const SAME = { gone: [], made: [], changed: [] };

/** What a DBA has on such a server, and what the restore must meet or bring back: rights, default rights and settings. */
const granted = (owner: string): string => `CREATE ROLE reader LOGIN;
  GRANT USAGE ON SCHEMA public TO reader; GRANT SELECT ON public.vdc_options TO reader WITH GRANT OPTION;
  ALTER DEFAULT PRIVILEGES FOR ROLE "${owner}" IN SCHEMA public GRANT SELECT ON TABLES TO reader;
  REVOKE ALL ON DATABASE engine FROM PUBLIC; GRANT CONNECT ON DATABASE engine TO reader;
  ALTER DATABASE engine SET work_mem = '8MB'; ALTER ROLE "${owner}" IN DATABASE engine SET statement_timeout = '1h'`;

async function serverOf(one: Parameters<typeof rolesOf>[0]): Promise<{ roles: string; engine: string }> {
  return { roles: await rolesOf(one), engine: await dumpOf(one, 'engine', '--create') };
}

describe('a database on another server', () => {
  it('that was emptied there is filled again, by the role and nobody else', async () => {
    const host = await Box.make({ engine: { host: ELSEWHERE } });
    box = host;
    await host.server.superuser(granted('engine'), 'engine');
    const [files, server] = [pictureOf(host), await serverOf(host)];

    const cleanup = await host.json(['-u']);
    const where = { name: 'engine', host: ELSEWHERE, local: false };
    expect(cleanup.report).toMatchObject({ exitCode: 0, databases: [{ ...where, action: 'clear' }] });
    expect(await host.objects()).toEqual([]);

    const { report } = await host.json(['restore', '-u']);
    expect(unfinished(report)).toEqual([]);
    expect(report).toMatchObject({ outcome: 'ok', warnings: [], restores: cleanup.report.run!.id });
    expect(difference(files, pictureOf(host))).toEqual(SAME);
    expect(await serverOf(host)).toEqual(server);
    await host.server.as('engine', ENGINE_PASSWORD, 'engine', 'SELECT 1 FROM vdc_options');
    const again = await host.json(['restore', '-u']);
    expect(again.report).toMatchObject({ outcome: 'nothing-to-do', changed: false });
  });

  it('of a host of 3.2 is kept with -d, dropped with the one login there is, and made again with it', async () => {
    const dba = { role: 'dba', password: ENGINE_PASSWORD };
    const host = await makeScriptedBox('3.2', { remoteAdmin: dba });
    box = host;
    await host.server.superuser(granted(dba.role), 'engine');
    const data = await machinesOf(host);
    const kept = await host.json(['-u', '-d']);
    const where = { name: 'engine', host: ELSEWHERE, role: 'dba', local: false };
    expect(kept.report).toMatchObject({ exitCode: 0, databases: [{ ...where, action: 'keep' }] });
    expect(await machinesOf(host)).toEqual(data);
    const [files, server] = [pictureOf(host), await serverOf(host)];

    const { report } = await host.json(['-u']);
    expect(unfinished(report)).toEqual([]);
    expect(report).toMatchObject({ exitCode: 0, databases: [{ ...where, action: 'drop' }] });
    expect(await databasesOf(host)).toEqual([]);
    expect(host.exists(host.host.passwordFile)).toBe(false);

    const restored = await host.json(['restore', '-u']);
    expect(unfinished(restored.report)).toEqual([]);
    expect(restored.report).toMatchObject({ outcome: 'ok', restores: report.run!.id });
    expect(difference(files, pictureOf(host))).toEqual(SAME);
    expect(await serverOf(host)).toEqual(server);
    await host.server.as('dba', dba.password, 'engine', 'SELECT 1 FROM vdc_options');
    const again = await host.json(['restore', '-u']);
    expect(again.report).toMatchObject({ outcome: 'nothing-to-do', changed: false });

    expect((await host.json(['-u'])).report).toMatchObject({ outcome: 'ok', verify: { ready: true } });
    expect(setUpAgain(host)).toMatchObject({ taken: 'new', damage: [] });
  });
});
