/** A root that may be a snapshot of the running machine, and so share its live database. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sharedDatabases } from '../../src/detect/shared.ts';
import { g5 } from '../../src/layouts/g5.ts';
import type { DatabaseFact } from '../../src/model/facts.ts';
import type { ComponentId } from '../../src/model/layout.ts';
import { credentialLines } from '../fixture/host-file.ts';
import { passedOver, whyNoMounts } from '../fixture/needs.ts';
import { Scratch } from '../host/scratch.ts';
import { credentials, database } from '../plan/facts.ts';
import { Box, difference } from './harness.ts';

const ENGINE = '/etc/ovirt-engine/engine.conf.d/10-setup-database.conf';
const DWH = '/etc/ovirt-engine-dwh/ovirt-engine-dwhd.conf.d/10-setup-database.conf';

/** A drop-in of setup that names a database. */
function dropIn(prefix: string, more: Partial<Parameters<typeof credentialLines>[1]> = {}): string {
  const address = { host: 'db.example.com', port: 5432, database: 'engine', role: 'engine', password: 'x' };
  return credentialLines(prefix, { ...address, secured: false, validated: false, ...more });
}

describe('the database of a root is the one of the running machine', () => {
  let live: Scratch;
  beforeEach(() => {
    live = new Scratch();
  });
  afterEach(() => live.destroy());

  function fact(component: ComponentId, host = 'db.example.com', name = 'engine'): DatabaseFact {
    const own = { ...credentials(component, ENGINE), host, database: name };
    return database({ component, credentials: own });
  }

  async function shared(...databases: DatabaseFact[]): Promise<string[]> {
    return (await sharedDatabases(live.files, g5, databases)).map(({ component }) => component);
  }

  it('where host, port and name are the same, whoever logs in', async () => {
    live.write(ENGINE, dropIn('ENGINE_DB_', { role: 'another', password: 'another' }));
    expect(await shared(fact('engine'))).toEqual(['engine']);
  });

  it.each([
    ['host', { host: 'db2.example.com' }],
    ['port', { port: 5433 }],
    ['name', { database: 'engine_20250101' }],
  ])('not where the %s is another', async (_, more) => {
    live.write(ENGINE, dropIn('ENGINE_DB_', more));
    expect(await shared(fact('engine'))).toEqual([]);
  });

  it('where each calls this machine by another of its names', async () => {
    live.write(ENGINE, dropIn('ENGINE_DB_', { host: 'localhost' }));
    expect(await shared(fact('engine', '127.0.0.1'))).toEqual(['engine']);
    expect(await shared(fact('engine', '::1'))).toEqual(['engine']);
    expect(await shared(fact('engine', 'db.example.com'))).toEqual([]);
  });

  it('told for each component by its own drop-in', async () => {
    live.write(ENGINE, dropIn('ENGINE_DB_'));
    live.write(DWH, dropIn('DWH_DB_', { database: 'ovirt_engine_history' }));
    expect(await shared(fact('engine'), fact('dwh', 'db.example.com', 'ovirt_engine_history'))).toEqual([
      'dwh',
      'engine',
    ]);
    expect(await shared(fact('engine', 'elsewhere'), fact('dwh', 'db.example.com', 'ovirt_engine_history'))).toEqual([
      'dwh',
    ]);
  });

  it('not where there is nothing to compare', async () => {
    expect(await shared(fact('engine'))).toEqual([]);
    live.write(ENGINE, dropIn('ENGINE_DB_'));
    expect(await shared(database({ credentials: null }))).toEqual([]);
    live.write(ENGINE, 'no drop-in');
    expect(await shared(fact('engine'))).toEqual([]);
  });
});

const noMounts = passedOver('A root that shares the live database', whyNoMounts());

describe.skipIf(noMounts)('the program', () => {
  let box: Box;
  afterEach(() => box?.destroy());

  /** Words before the program: it sees a machine whose own /etc holds what lies in `live/`. Nobody else sees it. */
  function onMachine(): { prefix: string[] } {
    const script = [
      'mount -t tmpfs none "$0/over"',
      'mkdir "$0/over/upper" "$0/over/work"',
      'cp -a "$0/live/etc/." "$0/over/upper"',
      'mount -t overlay -o "lowerdir=/etc,upperdir=$0/over/upper,workdir=$0/over/work" none /etc',
      'exec "$@"',
    ].join(' && ');
    return { prefix: ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script, box.dir] };
  }

  function write(path: string, text: string): void {
    const real = join(box.dir, 'live', path);
    mkdirSync(dirname(real), { recursive: true });
    writeFileSync(real, text);
  }

  it('refuses, changes nothing, and goes on when told with --force', async () => {
    box = await Box.make();
    mkdirSync(join(box.dir, 'over'));
    write(ENGINE, dropIn('ENGINE_DB_', { host: '127.0.0.1', port: box.server.port + 1 }));
    expect((await box.json(['plan'], onMachine())).code).toBe(0);

    write(ENGINE, dropIn('ENGINE_DB_', { host: '127.0.0.1', port: box.server.port }));
    const before = box.host.listing();
    const { report } = await box.json(['-u'], onMachine());
    expect(report).toMatchObject({ outcome: 'refused', exitCode: 3, changed: false });
    expect(report.refusals).toMatchObject([{ check: 'shared-database', forcible: true }]);
    expect(report.refusals[0]!.message).toContain(`"engine" on localhost:${box.server.port}`);
    expect(report.refusals[0]!.hint).toContain('--force shared-database');
    expect(difference(before, box.host.listing())).toMatchObject({ gone: [], changed: [] });
    expect(await box.objects()).toContain('public.vds_static');

    const forced = await box.json(['-u', '--force', 'shared-database'], onMachine());
    expect(forced.report).toMatchObject({ exitCode: 0, databases: [{ action: 'clear' }], verify: { ready: true } });
    expect(forced.report.warnings.map(({ code }) => code)).toContain('forced');
    expect(await box.objects()).not.toContain('public.vds_static');
  });
});
