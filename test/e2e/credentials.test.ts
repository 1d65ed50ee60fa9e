/** Credentials that survive only in odd places, TLS, and databases of other hosts. */
import { copyFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { HISTORY_PASSWORD } from '../fixture/postgres.ts';
import { Box } from './harness.ts';

let box: Box;
afterEach(() => box.destroy());

const DATABASE = '/etc/ovirt-engine/engine.conf.d/10-setup-database.conf';
const CA = '/etc/pki/ovirt-engine/ca.pem';

/** Everything that holds the engine's password goes, but for one place. */
function leaveOnly(keep: string): void {
  const places = [
    DATABASE,
    `${DATABASE}.20260301101500`,
    '/etc/ovirt-engine/aaa/internal.properties',
    '/etc/ovirt-engine/aaa/internal.properties.20260301101500',
  ];
  for (const path of places) if (path !== keep) box.host.remove(path);
}

async function cleared(env: NodeJS.ProcessEnv = {}): Promise<void> {
  const { report } = await box.json(['-u'], { env });
  expect(report.steps.filter(({ error }) => error)).toEqual([]);
  expect(report).toMatchObject({ exitCode: 0, databases: [{ action: 'clear' }], verify: { ready: true } });
  expect((await box.objects()).filter((name) => !name.startsWith('public.uuid'))).toEqual([]);
}

describe('credentials that survive only', () => {
  it('in a timestamped copy are used, and -d puts them back first', async () => {
    box = await Box.make();
    renameSync(box.path(DATABASE), box.path(`${DATABASE}.20260402101500`));
    leaveOnly('');
    const { report } = await box.json(['-u', '-d']);
    expect(report).toMatchObject({ exitCode: 0, databases: [{ action: 'keep' }], verify: { ready: true } });
    expect(box.text(DATABASE)).toContain('sample-password');
    expect(box.exists(`${DATABASE}.20260402101500`)).toBe(false);
    // As setup recorded it, and as a run records it that finds it there.
    expect(box.text(box.host.record)).toContain(`= ${DATABASE}\n`);
    await cleared();
  });

  it('in the temporary copy of a killed setup are used', async () => {
    box = await Box.make();
    renameSync(box.path(DATABASE), box.path(`${DATABASE}.k3_x9q0a.tmp`));
    leaveOnly('');
    await cleared();
    expect(box.exists(`${DATABASE}.k3_x9q0a.tmp`)).toBe(false);
  });

  it('in aaa/internal.properties are used, and -d writes the drop-in that setup looks for', async () => {
    box = await Box.make();
    leaveOnly('/etc/ovirt-engine/aaa/internal.properties');
    const { report } = await box.json(['-u', '-d']);
    expect(report).toMatchObject({ exitCode: 0, verify: { ready: true } });
    expect(box.text(DATABASE)).toMatch(/^ENGINE_DB_PASSWORD="sample-password"$/m);
    await cleared();
  });

  it('in what the removal of a package put aside are used, and -d writes the drop-in and takes it away', async () => {
    box = await Box.make({ release: '3.3', dwh: true });
    const drop = '/etc/ovirt-engine-dwh/ovirt-engine-dwhd.conf.d/10-setup-database.conf';
    const legacy = '/etc/ovirt-engine/ovirt-engine-dwh/Default.properties';
    box.host.write(`${legacy}.rpmsave`, box.text(legacy), 0o640);
    box.host.write(`${legacy}.rpmnew`, 'runInterleave=60\n');
    box.host.remove(legacy);
    box.host.remove(drop);
    const { report, outcome } = await box.json(['-u', '-d']);
    expect(report).toMatchObject({ exitCode: 0, verify: { ready: true } });
    expect(report.databases.find(({ component }) => component === 'dwh')).toMatchObject({ action: 'keep' });
    expect(box.text(drop)).toContain('DWH_DB_DATABASE="ovirt_engine_history"');
    expect(box.exists(`${legacy}.rpmsave`)).toBe(false);
    expect(box.text(`${legacy}.rpmnew`)).toBe('runInterleave=60\n');
    expect(box.written() + outcome.stdout).not.toContain(HISTORY_PASSWORD);
  });

  it('in an answer file are used, and the database is cleared even where it could be dropped', async () => {
    box = await Box.make({ manualDatabase: true });
    leaveOnly('');
    await cleared();
  });

  it('nowhere: refused, and the message names the way on', async () => {
    box = await Box.make();
    leaveOnly('');
    const { report } = await box.json(['-u']);
    expect(report).toMatchObject({ exitCode: 3, changed: false, databases: [{ action: 'refuse' }] });
    expect(report.refusals[0]!.message).toMatch(/no credentials/);
    expect(report.refusals[0]!.message).toContain(box.path(DATABASE));
    expect(report.refusals[0]!.hint).toContain('-d');
  });

  it('in a drop-in that the server rejects while a copy logs in: -d keeps the copy’s', async () => {
    box = await Box.make();
    copyFileSync(box.path(DATABASE), box.path(`${DATABASE}.20260402101500`));
    box.host.write(DATABASE, box.text(DATABASE).replace('sample-password', 'wrong'), 0o640);
    box.host.remove(`${DATABASE}.20260301101500`);
    const before = await box.json(['verify']);
    expect(before.report.verify!.checks.filter(({ ok }) => !ok).map(({ id }) => id)).toContain('database-engine');
    const { report } = await box.json(['-u', '-d']);
    expect(report.steps.filter(({ error }) => error)).toEqual([]);
    expect(report).toMatchObject({ exitCode: 0, databases: [{ action: 'keep' }], verify: { ready: true } });
    expect(box.text(DATABASE)).toContain('sample-password');
  });

  it('rejected everywhere: -d keeps the database, takes them away because they would stop setup, and prints the answers', async () => {
    box = await Box.make();
    await box.server.superuser("ALTER ROLE engine PASSWORD 'another'");
    const { report } = await box.json(['-u', '-d']);
    expect(report.databases).toMatchObject([{ action: 'keep' }]);
    expect(report.warnings.map(({ code }) => code)).toContain('credentials-rejected');
    expect(report.answers?.join('\n')).toMatch(/Manual/);
    expect(box.exists(DATABASE)).toBe(false);
    expect(report).toMatchObject({ exitCode: 0 });
  });
});

describe('TLS', () => {
  it('without validation is used where the drop-in asks for it', async () => {
    box = await Box.make({ engine: { secured: true } });
    await cleared();
  });

  it('is used where only the server asks for it, as setup does', async () => {
    box = await Box.make();
    const rules = join(box.server.dir, 'data/pg_hba.conf');
    writeFileSync(rules, readFileSync(rules, 'utf8').replaceAll('host all', 'hostssl all'));
    await box.server.superuser('SELECT pg_reload_conf(), pg_sleep(0.2)');
    await cleared();
  });

  it('with validation trusts the CAs that libpq, and so setup, trusts for the caller', async () => {
    box = await Box.make({ engine: { secured: true, validated: true } });
    mkdirSync(join(box.dir, '.postgresql'));
    copyFileSync(box.server.caFile, join(box.dir, '.postgresql/root.crt'));
    await cleared({ HOME: box.dir });
  });

  it('with validation trusts the engine’s own CA', async () => {
    box = await Box.make({ engine: { secured: true, validated: true } });
    box.host.write(CA, readFileSync(box.server.caFile, 'utf8'));
    await cleared();
  });

  it('with validation refuses a server whose certificate nobody vouches for, before anything is changed; with the right CA a rerun finishes', async () => {
    box = await Box.make({ engine: { secured: true, validated: true } });
    mkdirSync(join(box.dir, '.postgresql'));
    const trusted = join(box.dir, '.postgresql/root.crt');
    copyFileSync(box.server.otherCaFile, trusted);
    const { report } = await box.json(['-u'], { env: { HOME: box.dir } });
    expect(report).toMatchObject({ exitCode: 3, changed: false, databases: [{ action: 'refuse' }] });
    expect(report.refusals[0]!.message).toMatch(/certificate/i);
    copyFileSync(box.server.caFile, trusted);
    await cleared({ HOME: box.dir });
  });
});

describe('databases of other hosts', () => {
  it('an engine whose Data Warehouse runs elsewhere leaves that database alone', async () => {
    box = await Box.make({ dwh: true });
    // What an engine host keeps of a remote DWH: the engine side's credentials, and the marker's word that it is not here.
    const dwhd = '/etc/ovirt-engine-dwh';
    box.host.remove(dwhd);
    const marker = box
      .text(box.host.marker)
      .replace('OVESETUP_DWH_CORE/enable=bool:True', 'OVESETUP_DWH_CORE/enable=bool:False');
    box.host.write(box.host.marker, marker);
    const before = await box.objects('ovirt_engine_history');
    const { report } = await box.json(['-u']);
    expect(report.databases).toMatchObject([
      { component: 'dwh', action: 'foreign' },
      { component: 'engine', action: 'clear' },
    ]);
    expect(report).toMatchObject({ exitCode: 0, verify: { ready: true } });
    expect(await box.objects('ovirt_engine_history')).toEqual(before);
  });

  it('the same without any marker', async () => {
    box = await Box.make({ dwh: true });
    box.host.remove('/etc/ovirt-engine-dwh');
    box.host.remove(box.host.marker);
    const before = await box.objects('ovirt_engine_history');
    const { report } = await box.json(['-u']);
    expect(report.databases.find(({ component }) => component === 'dwh')).toMatchObject({ action: 'foreign' });
    expect(await box.objects('ovirt_engine_history')).toEqual(before);
  });

  it('a Data Warehouse host touches nothing of the engine’s database but its own two rows', async () => {
    box = await Box.make({ dwh: true });
    for (const path of ['/etc/ovirt-engine/engine.conf.d', '/etc/pki/ovirt-engine', '/etc/ovirt-engine/aaa'])
      box.host.remove(path);
    const marker = box
      .text(box.host.marker)
      .replace('OVESETUP_ENGINE_CORE/enable=bool:True', 'OVESETUP_ENGINE_CORE/enable=bool:False');
    box.host.write(box.host.marker, marker);
    const before = await box.objects('engine');
    const { report } = await box.json(['-u']);
    expect(report.steps.filter(({ error }) => error)).toEqual([]);
    expect(report.databases.find(({ component }) => component === 'engine')).toMatchObject({ action: 'foreign' });
    expect(report.databases.find(({ component }) => component === 'dwh')).toMatchObject({ action: 'clear' });
    expect(await box.objects('engine')).toEqual(before);
    const rows = await box.server.superuser(
      "SELECT var_name, var_value FROM dwh_history_timekeeping WHERE var_name IN ('dwhHostname', 'dwhUuid')",
      'engine',
    );
    for (const row of rows) expect(row.var_value ?? '').toBe('');
  });
});
