/** Rows of OVN: real databases with real tools. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Backup } from '../../src/backup/backup.ts';
import type { DetectContext } from '../../src/detect/context.ts';
import { findOvn } from '../../src/detect/ovn.ts';
import { createHost } from '../../src/host/index.ts';
import { createOvn } from '../../src/host/ovn.ts';
import type { Ovn } from '../../src/host/port.ts';
import { g5 } from '../../src/layouts/g5.ts';
import { Vault } from '../../src/model/credentials.ts';
import type { OvnFact } from '../../src/model/facts.ts';
import type { Plan, StepOf } from '../../src/model/plan.ts';
import { backupSeal } from '../../src/steps/backup-seal.ts';
import type { StepContext } from '../../src/steps/context.ts';
import { NO_ROWS, ovnRows, ovnRowsPut, ovnScript } from '../../src/steps/ovn-rows.ts';
import { passedOver, whyNoProgram } from '../fixture/needs.ts';
import { Scratch } from '../host/scratch.ts';
import { finished } from '../plan/facts.ts';
import { closure, planFor, stepsOf } from '../plan/steps.ts';

const reasons = [await whyNoProgram('ovsdb-server'), await whyNoProgram('ovn-northd')];
const skip = passedOver('rows of OVN', reasons.find((reason) => reason !== null) ?? null);

const KEYS = '/etc/pki/ovirt-engine/keys';
const SIDES = [
  {
    tool: 'ovn-nbctl',
    variable: 'OVN_NB_DB',
    schema: 'ovn-nb',
    table: 'OVN_Northbound,NB_Global',
    key: 'ovn-ndb',
    port: 6641,
  },
  {
    tool: 'ovn-sbctl',
    variable: 'OVN_SB_DB',
    schema: 'ovn-sb',
    table: 'OVN_Southbound,SB_Global',
    key: 'ovn-sdb',
    port: 6642,
  },
] as const;

let dir: string;
const env: Record<string, string> = {};
let scratch: Scratch;

function run(program: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  if (status !== 0) throw error ?? new Error(`${program} ${args.join(' ')}: ${stderr}`);
  return stdout;
}

beforeAll(() => {
  if (skip) return;
  dir = mkdtempSync(join(tmpdir(), 'engine-cleanup-ovn-'));
  for (const { variable, schema, table, tool } of SIDES) {
    const at = (suffix: string): string => join(dir, `${schema}.${suffix}`);
    run('ovsdb-tool', 'create', at('db'), `/usr/share/ovn/${schema}.ovsschema`);
    const remotes = [`--remote=punix:${at('sock')}`, `--remote=db:${table},connections`];
    const own = [`--pidfile=${at('pid')}`, `--unixctl=${at('ctl')}`, `--log-file=${at('log')}`];
    run('ovsdb-server', at('db'), ...remotes, ...own, '--detach', '--no-chdir');
    env[variable] = `unix:${at('sock')}`;
    run(tool, '--timeout=10', 'init');
  }
});
afterAll(() => {
  if (skip) return;
  for (const { schema } of SIDES) process.kill(Number(readFileSync(join(dir, `${schema}.pid`), 'utf8')), 'SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});
beforeEach(() => {
  scratch = new Scratch();
  if (!skip) for (const { tool } of SIDES) run(tool, '--timeout=10', 'del-connection', '--', 'del-ssl');
});
afterEach(() => scratch.destroy());

/** As engine-setup does it; on a port of this machine that nobody has. */
function setUp(...connections: string[]): void {
  for (const { tool, key, port } of SIDES) {
    run(
      tool,
      'set-ssl',
      `${KEYS}/${key}.key.nopass`,
      `/etc/pki/ovirt-engine/certs/${key}.cer`,
      '/etc/pki/ovirt-engine/ca.pem',
    );
    run(tool, 'set-connection', `pssl:${port}`, ...connections);
  }
}

/** What a run on the running machine finds; the databases' files are where the packages of today keep them. */
async function look(options: { env?: Record<string, string>; files?: boolean; ovn?: Ovn } = {}): Promise<OvnFact[]> {
  if (options.files !== false) for (const name of ['n', 's']) scratch.write(`/var/lib/ovn/ovn${name}b_db.db`, '');
  const host = { files: scratch.files, ovn: options.ovn ?? createOvn(5000, options.env ?? env) };
  const context = { root: '/', host, layout: g5 } as unknown as DetectContext;
  return findOvn(context, ['engine', 'ovn-provider']);
}

function contextOf(more: Record<string, string> = env): StepContext {
  return { host: { ovn: createOvn(5000, more) } } as unknown as StepContext;
}

async function planned(): Promise<{ plan: Plan; steps: StepOf<'ovn-rows'>[] }> {
  const plan = planFor(finished({ ovn: await look() }));
  return { plan, steps: stepsOf(plan, 'ovn-rows') };
}

describe.skipIf(skip)('rows of OVN', () => {
  it('that setup made are taken out after the backup, in which a person finds the way back', async () => {
    setUp();
    const { plan, steps } = await planned();
    expect(steps.map(({ tool }) => tool)).toEqual(['ovn-nbctl', 'ovn-sbctl']);
    const context = contextOf();
    for (const step of steps) {
      expect(closure(plan, step.id)).toContain('seal:backup');
      expect(closure(plan, 'remove:keystores')).not.toContain(step.id);
      expect(await ovnRows.probe(step, context)).toBe(false);
      await ovnRows.apply(step, context);
      expect(await ovnRows.probe(step, context)).toBe(true);
      expect(await context.host.ovn.read(step.tool)).toEqual({ tls: null, connections: [] });
    }
    expect(await look()).toEqual([]);
    scratch.mkdir('/backup');
    const backup = new Backup(scratch.real('/backup'), 'run-1');
    const sealing = {
      ...context,
      plan: { ...plan, steps },
      backup,
      vault: new Vault(),
      layout: g5,
      tools: finished().tools,
    };
    const about = { id: 'seal', title: '', target: '', needs: [], destructive: false };
    await backupSeal.apply(
      { ...about, kind: 'backup-seal', databases: [] },
      { ...sealing, version: '0.0.0', extraCa: [] },
    );
    expect(readFileSync(backup.path('README'), 'utf8')).toContain('    sh ovn-rows.sh\n');
    expect(readFileSync(backup.path('ovn-rows.sh'), 'utf8')).toBe(steps.map(ovnScript).join(''));
    run('sh', backup.path('ovn-rows.sh'));
    for (const step of steps) expect(await context.host.ovn.read(step.tool)).toEqual(step.was);
  });

  it('are put back by a restore as somebody tuned them, unless there are others since', async () => {
    setUp();
    run('ovn-sbctl', 'set', 'connection', '.', 'inactivity_probe=60000');
    const { steps } = await planned();
    expect(steps.map(({ was }) => was.inactivityProbeMs)).toEqual([undefined, 60_000]);
    const context = contextOf();
    for (const step of steps) {
      await ovnRows.apply(step, context);
      const { tool, target, was: rows } = step;
      const back: StepOf<'ovn-rows-put'> = {
        ...{ kind: 'ovn-rows-put', id: `rows:${tool}`, title: '', target, needs: [], destructive: true },
        ...{ tool, rows, was: NO_ROWS },
      };
      expect(await ovnRowsPut.probe(back, context)).toBe(false);
      await ovnRowsPut.apply(back, context);
      expect(await context.host.ovn.read(tool)).toEqual(rows);
      expect(await ovnRowsPut.probe(back, context)).toBe(true);
      run(tool, 'set-connection', 'ptcp:16641:127.0.0.1');
      await expect(ovnRowsPut.apply(back, context)).rejects.toThrow('has changed since');
      expect((await context.host.ovn.read(tool))?.connections).toEqual(['ptcp:16641:127.0.0.1']);
    }
  });

  it('stay with a kept database: its setup does not make them again', async () => {
    setUp();
    expect(stepsOf(planFor(finished({ ovn: await look() }), { keepDatabases: true }), 'ovn-rows')).toEqual([]);
  });

  it('that name another key are somebody else’s, and so is a database without any', async () => {
    expect(await look()).toEqual([]);
    for (const { tool, port } of SIDES) {
      run(tool, 'set-ssl', '/etc/neutron/ovn.key', '/etc/neutron/ovn.cer', '/etc/neutron/ca.pem');
      run(tool, 'set-connection', `pssl:${port}`);
    }
    expect(await look()).toEqual([]);
  });

  it('beside a connection of somebody else stay, and that is told with the command', async () => {
    setUp('ptcp:16641:127.0.0.1');
    const plan = planFor(finished({ ovn: await look() }));
    expect(stepsOf(plan, 'ovn-rows')).toEqual([]);
    const told = plan.warnings.filter(({ code }) => code === 'ovn-rows').map(({ message }) => message);
    expect(told.length).toBe(2);
    expect(told[0]).toMatch(/northbound.*ptcp:16641:127\.0\.0\.1.*ovn-nbctl del-connection -- del-ssl/);
  });

  it('that were changed after the look are not touched', async () => {
    setUp();
    const { steps } = await planned();
    run('ovn-nbctl', 'set-connection', 'ptcp:16641:127.0.0.1');
    await expect(ovnRows.apply(steps[0]!, contextOf())).rejects.toThrow('has changed since');
    expect(run('ovn-nbctl', 'get-connection')).toBe('ptcp:16641:127.0.0.1\n');
  });

  it('are not asked for where the tools are not installed or no server answers; told where a database is there', async () => {
    const without = { PATH: '/nonexistent' };
    expect(await look({ env: without, files: false })).toEqual([]);
    expect((await look({ env: without })).map(({ trouble }) => trouble)).toEqual([
      'ovn-nbctl is not installed',
      'ovn-sbctl is not installed',
    ]);
  });

  it('of a server that does not answer are told where its database is there', async () => {
    const silent = { OVN_NB_DB: 'unix:/nonexistent', OVN_SB_DB: 'unix:/nonexistent' };
    expect(await look({ env: silent, files: false })).toEqual([]);
    scratch.write('/etc/ovn/ovnnb_db.db', '');
    const [fact, ...more] = await look({ env: silent, files: false });
    expect(fact).toMatchObject({ tool: 'ovn-nbctl', rows: null });
    expect(fact?.trouble).toContain('database connection failed');
    expect(more).toEqual([]);
  });

  it('that are asked at different intervals are somebody’s own choice, and stay', async () => {
    setUp();
    run('ovn-sbctl', 'set-connection', 'pssl:6642', 'pssl:16642');
    const uuid = run('ovn-sbctl', '--bare', '--columns=_uuid', 'find', 'connection', 'target="pssl:16642"').trim();
    run('ovn-sbctl', 'set', 'connection', uuid, 'inactivity_probe=60000');
    const [, south] = await look();
    expect(south).toMatchObject({ rows: null, trouble: expect.stringContaining('inactivity_probe') });
  });

  it('with a role are somebody’s own choice, and stay', async () => {
    setUp();
    run('ovn-sbctl', 'set-connection', 'role=ovn-controller', 'pssl:6642');
    const [north, south] = await look();
    expect(north?.rows?.connections).toEqual(['pssl:6641']);
    expect(south).toMatchObject({ rows: null, trouble: expect.stringContaining('role="ovn-controller"') });
  });

  it('below a root are never asked for', async () => {
    setUp();
    const { ovn } = createHost({ root: scratch.real('/'), timeoutMs: 5000 });
    expect(await look({ ovn, files: false })).toEqual([]);
    const facts = await look({ ovn });
    expect(facts.map(({ rows }) => rows)).toEqual([null, null]);
    expect(facts[0]?.trouble).toContain('--root');
    await expect(ovn.setRows('ovn-nbctl', NO_ROWS)).rejects.toThrow('--root');
  });
});
