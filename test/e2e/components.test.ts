/** The other databases of 4.4/4.5 through the same code: Data Warehouse with Grafana's role, Keycloak. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Box } from './harness.ts';

describe('engine, Data Warehouse, Grafana and Keycloak on one host', () => {
  let box: Box;
  let first: Awaited<ReturnType<Box['json']>>;
  beforeAll(async () => {
    box = await Box.make({ dwh: true, grafana: true, keycloak: true, services: true });
    // Package removal puts edited configuration aside.
    box.host.write('/etc/grafana/grafana.ini.rpmsave', box.text('/etc/grafana/grafana.ini'));
    box.host.write('/etc/grafana/ldap.toml.rpmsave', 'host = "ldap.example.test"\n');
    first = await box.json(['-u']);
  });
  afterAll(() => box.destroy());

  it('clears every database, each with a dump of its own', async () => {
    expect(first.report.steps.filter(({ error }) => error)).toEqual([]);
    expect(first.report).toMatchObject({ exitCode: 0, verify: { ready: true } });
    const actions = first.report.databases.map(({ component, action, backup }) => [
      component,
      action,
      backup?.split('/').at(-1),
    ]);
    expect(actions).toEqual([
      ['dwh', 'clear', 'dwh.dump'],
      ['keycloak', 'clear', 'keycloak.dump'],
      ['engine', 'clear', 'engine.dump'],
    ]);
    for (const name of ['engine', 'ovirt_engine_history', 'ovirt_engine_keycloak']) {
      expect(
        (await box.objects(name)).filter((one) => !one.startsWith('public.uuid')),
        name,
      ).toEqual([]);
    }
  });

  it('stops the Data Warehouse first, and the engine before its helpers', () => {
    const stops = first.report.steps.filter(({ kind }) => kind === 'service-stop').map(({ target }) => target);
    expect(stops[0]).toBe('ovirt-engine-dwhd');
    expect(stops.indexOf('ovirt-engine')).toBeLessThan(stops.indexOf('ovirt-websocket-proxy'));
    expect(box.host.services.running()).toEqual([]);
  });

  it('removes every file of theirs', () => {
    const left = new Set(box.host.listing().map(({ path }) => path));
    // Grafana's own configuration file, which setup filled, is emptied: the package owns it.
    expect(box.host.made.filter((path) => left.has(path))).toEqual(['/etc/grafana/grafana.ini']);
    expect(box.text('/etc/grafana/grafana.ini')).toBe('');
    for (const [name, stays] of [
      ['grafana.ini', false],
      ['ldap.toml', true],
    ] as const)
      expect(left.has(`/etc/grafana/${name}.rpmsave`), name).toBe(stays);
    expect(left.has('/etc/ovirt-engine-dwh/examples')).toBe(false);
    expect(box.host.survivors.filter((path) => !left.has(path))).toEqual([]);
  });

  it('finds nothing to do the second time', async () => {
    expect((await box.json(['-u'])).report).toMatchObject({ outcome: 'nothing-to-do', steps: [] });
  });
});

describe('-d with a Data Warehouse', () => {
  it('keeps both databases, the credentials of both and the identity, and says that it no longer runs', async () => {
    const box = await Box.make({ dwh: true, grafana: true, services: true });
    try {
      await box.server.superuser(
        "UPDATE dwh_history_timekeeping SET var_value = '1' WHERE var_name = 'DwhCurrentlyRunning'",
        'engine',
      );
      const { report } = await box.json(['-u', '-d']);
      expect(report.steps.filter(({ error }) => error)).toEqual([]);
      expect(report).toMatchObject({ exitCode: 0, verify: { ready: true } });
      const dwhd = '/etc/ovirt-engine-dwh/ovirt-engine-dwhd.conf.d';
      for (const name of ['10-setup-database.conf', '10-setup-uuid.conf', '10-setup-grafana-database.conf'])
        expect(box.exists(`${dwhd}/${name}`), name).toBe(true);
      const [row] = await box.server.superuser(
        "SELECT var_value FROM dwh_history_timekeeping WHERE var_name = 'DwhCurrentlyRunning'",
        'engine',
      );
      expect(row!.var_value).toBe('0');
    } finally {
      await box.destroy();
    }
  });
});
