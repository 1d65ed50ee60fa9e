/** Components on hosts of their own, with the engine elsewhere, and an engine whose other parts are elsewhere. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../src/model/report.ts';
import type { HostOptions } from '../fixture/host.ts';
import { APART_FQDN, type Apart } from '../fixture/host-apart.ts';
import { DWH_UUID } from '../fixture/host-components.ts';
import { Box, difference, SECRETS } from './harness.ts';

interface Case {
  name: string;
  options: Partial<HostOptions> & { apart: Apart };
  /** Databases of this host, and what becomes of them; those of others are named as foreign. */
  cleared: readonly string[];
  foreign: readonly string[];
  /** What another host has still to do, by its name. */
  todo: readonly (readonly [host: string, text: RegExp])[];
  /** The same after a run that keeps the databases. */
  todoKept?: Case['todo'];
  /** What `--keep-pki` keeps. */
  certificate?: string;
}

const ENGINE = 'engine.example.test';
const CONF = '/etc/ovirt-engine/engine.conf.d';
const proxyOff: Case['todo'] = [[ENGINE, /engine-config -s WebSocketProxy=Off/]];

const CASES: readonly Case[] = [
  {
    name: 'Data Warehouse of 4.5',
    options: { apart: 'dwh', dwh: true },
    cleared: ['ovirt_engine_history'],
    foreign: ['engine'],
    todo: [[ENGINE, /remove that file there and restart ovirt-engine/]],
  },
  {
    name: 'Data Warehouse of 3.6',
    options: { apart: 'dwh', dwh: true, release: '3.6' },
    cleared: ['ovirt_engine_history'],
    foreign: ['engine'],
    todo: [],
  },
  {
    name: 'Reports of 3.6',
    options: { apart: 'reports', dwh: true, reports: true, release: '3.6' },
    cleared: ['ovirt_engine_reports'],
    foreign: ['ovirt_engine_history'],
    todo: [[ENGINE, /10-setup-reports-access\.conf/]],
    certificate: '/etc/pki/ovirt-engine/keys/apache-reports.key.nopass',
  },
  {
    name: 'Grafana of 4.5',
    options: { apart: 'grafana', dwh: true, grafana: true, engine: { host: 'localhost' } },
    cleared: [],
    foreign: [],
    todo: [[ENGINE, /10-setup-grafana-access\.conf/]],
    certificate: '/etc/pki/ovirt-engine/keys/apache-grafana.key.nopass',
  },
  {
    name: 'WebSocket proxy of 4.5',
    options: { apart: 'websocket-proxy' },
    cleared: [],
    foreign: [],
    todo: proxyOff,
    todoKept: proxyOff,
    certificate: '/etc/pki/ovirt-engine/keys/websocket-proxy.key.nopass',
  },
  {
    name: 'VM console proxy of 3.6',
    options: { apart: 'vmconsole-proxy', release: '3.6' },
    cleared: [],
    foreign: [],
    todo: [],
    certificate: '/etc/pki/ovirt-vmconsole/proxy-ssh_host_rsa',
  },
];

function todo({ warnings }: Report): string[] {
  return warnings.filter(({ code }) => code === 'other-host').map(({ message }) => message);
}

function expectTodo(report: Report, expected: Case['todo']): void {
  const found = todo(report);
  expect(found.length).toBe(expected.length);
  for (const [index, [host, text]] of expected.entries()) {
    expect(found[index]).toMatch(text);
    expect(found[index]?.startsWith(`On ${host}: `)).toBe(true);
  }
}

/** What is in every database of the server. */
async function contents(box: Box, names: readonly string[]): Promise<string> {
  const all = await Promise.all(
    names.map(async (name) => [await box.objects(name), name === 'engine' ? await rows(box) : []]),
  );
  return JSON.stringify(all);
}

/** The rows by which the engine knows its Data Warehouse. */
function rows(box: Box): Promise<Record<string, unknown>[]> {
  return box.server.superuser(
    "SELECT var_name, var_value FROM dwh_history_timekeeping WHERE var_name ~* '^dwh' ORDER BY var_name",
    'engine',
  );
}

describe.each(CASES)(
  '$name on a host of its own',
  ({ options, cleared, foreign, todo: left, todoKept, certificate }) => {
    describe('cleaned up', () => {
      let box: Box;
      let before: ReturnType<Box['host']['listing']>;
      let first: Awaited<ReturnType<Box['json']>>;
      let theirs: string;
      const others = ['engine', ...foreign, ...(options.grafana ? ['ovirt_engine_history'] : [])];

      beforeAll(async () => {
        box = await Box.make({ ...options, services: true });
        before = box.host.listing();
        theirs = await contents(box, others);
        first = await box.json(['-u']);
      });
      afterAll(() => box.destroy());

      it('ends ready, with nothing of it left and nothing else touched', () => {
        const { report } = first;
        expect(report.steps.filter(({ error }) => error)).toEqual([]);
        expect(report).toMatchObject({ outcome: 'ok', exitCode: 0, verify: { ready: true } });
        expect(report.host?.components).toEqual([options.apart]);
        const after = box.host.listing();
        const paths = new Set(after.map(({ path }) => path));
        const { changed } = difference(before, after);
        // A package's own file, which setup filled, is emptied.
        const emptied = options.apart === 'grafana' ? ['/etc/grafana/grafana.ini'] : [];
        expect(box.host.made.length).toBeGreaterThan(3);
        expect(box.host.made.filter((path) => paths.has(path))).toEqual(emptied);
        expect(box.host.survivors.filter((path) => !paths.has(path) || changed.includes(path))).toEqual([]);
        expect(box.host.services.running()).toEqual([]);
      });

      it('clears its own database and no other host’s', async () => {
        const { databases } = first.report;
        expect(databases.filter(({ action }) => action === 'clear').map(({ name }) => name)).toEqual(cleared);
        expect(databases.filter(({ action }) => action === 'foreign').map(({ name }) => name)).toEqual(foreign);
        expect(databases.length).toBe(cleared.length + foreign.length);
        for (const name of cleared) expect(await box.objects(name), name).toEqual([]);
        if (options.apart !== 'dwh') expect(await contents(box, others)).toBe(theirs);
      });

      it('says what the other host has still to do', () => {
        expectTodo(first.report, left);
      });

      it('has nothing more to do the second time', async () => {
        const { report } = await box.json(['-u']);
        expect(report).toMatchObject({ outcome: 'nothing-to-do', changed: false, steps: [] });
        expect(todo(report)).toEqual([]);
      });
    });

    it('keeps database and credentials with -d alone, and no keys', async () => {
      const box = await Box.make({ ...options, services: true });
      try {
        const names = ['engine', ...cleared, ...foreign];
        const objects = await contents(box, names);
        const { report } = await box.json(['-u', '-d']);
        expect(report.steps.filter(({ error }) => error)).toEqual([]);
        expect(report).toMatchObject({ exitCode: 0, outcome: 'ok', refusals: [], verify: { ready: true } });
        expect(report.databases.map(({ action }) => action).filter((action) => action !== 'foreign')).toEqual(
          cleared.map(() => 'keep'),
        );
        expect(box.host.services.running()).toEqual([]);
        expect(await contents(box, names)).toBe(objects);
        if (certificate !== undefined) expect(box.exists(certificate)).toBe(false);
        expectTodo(report, todoKept ?? []);
        const again = await box.json(['-u', '-d']);
        expect(again.report).toMatchObject({ outcome: 'nothing-to-do', changed: false, steps: [] });
      } finally {
        await box.destroy();
      }
    });

    it('keeps database and credentials with -d, and the keys with --keep-pki', async () => {
      const box = await Box.make(options);
      try {
        const names = ['engine', ...cleared, ...foreign];
        const objects = await contents(box, names);
        const { report } = await box.json(['-u', '-d', '--keep-pki']);
        expect(report.steps.filter(({ error }) => error)).toEqual([]);
        expect(report).toMatchObject({ exitCode: 0, refusals: [], verify: { ready: true } });
        expect(await contents(box, names)).toBe(objects);
        expect(report.warnings.map(({ code }) => code)).toContain('no-ca');
        if (certificate !== undefined) expect(box.exists(certificate)).toBe(true);
        expectTodo(report, todoKept ?? []);
        const again = await box.json(['-u', '-d', '--keep-pki']);
        expect(again.report).toMatchObject({ outcome: 'nothing-to-do', changed: false, steps: [] });
        const last = await box.json(['-u']);
        expect(last.report).toMatchObject({ outcome: 'ok', verify: { ready: true } });
        if (certificate !== undefined) expect(box.exists(certificate)).toBe(false);
      } finally {
        await box.destroy();
      }
    });
  },
);

it('a run that keeps nothing but the keys of a proxy has nothing more to do the second time', async () => {
  const box = await Box.make({ apart: 'vmconsole-proxy', release: '3.6' });
  try {
    expect((await box.json(['-u', '--keep-pki'])).report).toMatchObject({ outcome: 'ok', verify: { ready: true } });
    expect(box.exists('/etc/pki/ovirt-vmconsole/proxy-ssh_host_rsa')).toBe(true);
    const { report } = await box.json(['-u', '--keep-pki']);
    expect(report).toMatchObject({ outcome: 'nothing-to-do', changed: false, steps: [], verify: { ready: true } });
  } finally {
    await box.destroy();
  }
});

describe('the rows by which the engine knows a Data Warehouse elsewhere', () => {
  it('are all that a cleanup there changes in the engine’s database', async () => {
    const box = await Box.make({ apart: 'dwh', dwh: true });
    try {
      await box.server.superuser(
        `UPDATE dwh_history_timekeeping SET var_value = CASE var_name WHEN 'dwhUuid' THEN '${DWH_UUID}' WHEN 'dwhHostname' THEN '${APART_FQDN}' ELSE var_value END`,
        'engine',
      );
      const objects = await box.objects();
      const dump = (): Promise<Record<string, unknown>[]> =>
        box.server.superuser('SELECT * FROM vdc_options ORDER BY 1', 'engine');
      const options = await dump();
      const { report } = await box.json(['-u']);
      expect(report).toMatchObject({ exitCode: 0, verify: { ready: true } });
      expect(report.steps.find(({ kind }) => kind === 'dwh-rows')?.status).toBe('done');
      expect((await rows(box)).filter(({ var_name }) => /Hostname|Uuid/.test(String(var_name)))).toEqual([
        { var_name: 'dwhHostname', var_value: '' },
        { var_name: 'dwhUuid', var_value: '' },
      ]);
      expect(await box.objects()).toEqual(objects);
      expect(await dump()).toEqual(options);
    } finally {
      await box.destroy();
    }
  });

  it('are told with the statement where that database does not answer, and the run goes on', async () => {
    const box = await Box.make({ apart: 'dwh', dwh: true, engine: { host: '127.0.0.2', port: 1 } });
    try {
      const { report, outcome } = await box.json(['-u']);
      expect(report).toMatchObject({ outcome: 'ok', refusals: [], verify: { ready: true } });
      const told = report.warnings.find(({ code }) => code === 'rows-elsewhere')?.message;
      expect(told).toContain(`"engine" on 127.0.0.2`);
      expect(told).toContain(`UPDATE dwh_history_timekeeping SET var_value = ''`);
      expect(told).toContain(DWH_UUID);
      expect(await box.objects('ovirt_engine_history')).toEqual([]);
      for (const secret of SECRETS) expect(outcome.stdout + outcome.stderr + box.written()).not.toContain(secret);
    } finally {
      await box.destroy();
    }
  });
});

it('a Data Warehouse that is kept is not ready while its engine’s database does not answer', async () => {
  const box = await Box.make({ apart: 'dwh', dwh: true, engine: { host: '127.0.0.2', port: 1 } });
  try {
    const { report } = await box.json(['-u', '-d']);
    expect(report).toMatchObject({ outcome: 'unready', exitCode: 6 });
    const obstacles = report.verify?.checks.filter(({ ok }) => !ok) ?? [];
    expect(obstacles.map(({ id }) => id)).toEqual(['dwh-engine']);
    expect(obstacles[0]?.hint).toContain('ENGINE_DB_*');
  } finally {
    await box.destroy();
  }
});

describe('an engine whose Data Warehouse and Grafana are elsewhere', () => {
  it('leaves the database whose credentials it can read, and names the hosts that have something to do', async () => {
    const box = await Box.make({ dwh: true, services: 'stopped' });
    try {
      // What the setup of the other host brings here.
      for (const path of box.host.made.filter((one) => one.startsWith('/etc/ovirt-engine-dwh/'))) box.host.remove(path);
      const marker = box
        .text(box.host.marker)
        .replace('OVESETUP_DWH_CORE/enable=bool:True', 'OVESETUP_DWH_CORE/enable=bool:False');
      box.host.write(box.host.marker, marker);
      const access = `${CONF}/10-setup-grafana-access.conf`;
      box.host.write(access, 'ENGINE_GRAFANA_FQDN=grafana.example.test\n');
      const hostname = `UPDATE dwh_history_timekeeping SET var_value = 'dwh.example.test' WHERE var_name = 'dwhHostname'`;
      await box.server.superuser(hostname, 'engine');
      const history = await box.objects('ovirt_engine_history');

      const planned = await box.run(['plan', '-u']);
      expect(planned.stdout).toMatch(/On dwh\.example\.test: .*\n?.*Data Warehouse/);
      const { report } = await box.json(['-u']);
      expect(report.databases.map(({ component, action }) => [component, action])).toEqual([
        ['dwh', 'foreign'],
        ['engine', 'clear'],
      ]);
      expect(report).toMatchObject({ exitCode: 0, verify: { ready: true } });
      expect(await box.objects('ovirt_engine_history')).toEqual(history);
      const found = todo(report);
      expect(found.find((one) => one.startsWith('On dwh.example.test: '))).toContain('engine-cleanup');
      expect(found.find((one) => one.startsWith('On grafana.example.test: '))).toContain('certificate');
      expect(found.length).toBe(2);
      expect(box.exists(`${CONF}/10-setup-dwh-database.conf`)).toBe(false);
    } finally {
      await box.destroy();
    }
  });
});
