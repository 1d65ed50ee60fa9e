/** What the service manager is about to do holds up a cleanup and a restore: when they begin, and again after the last question, which may have been open for hours. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createHost } from '../../src/host/index.ts';
import type { Host, Services } from '../../src/host/port.ts';
import { Vault } from '../../src/model/credentials.ts';
import { BusyError } from '../../src/model/errors.ts';
import type { Report } from '../../src/model/report.ts';
import { restoreRun } from '../../src/restore/run.ts';
import { cleanupRun } from '../../src/run.ts';
import { makeHost, type ThrowAwayHost } from '../fixture/host.ts';
import { PostgresServer } from '../fixture/postgres.ts';
import { WISHES } from '../plan/facts.ts';

const RAN = 'ovirt-engine';
const STOPPED = 'ovirt-engine-notifier';
const UNITS = [RAN, STOPPED];

/** A service manager with jobs, which below a root there is none of. */
class FakeServices implements Services {
  readonly running = new Set([RAN]);
  readonly job = new Map<string, string>();

  async states(units: readonly string[]) {
    return units.map((unit) => {
      const job = this.job.get(unit);
      const common = { unit, manager: 'systemd', enabled: false, masked: false, failedLoop: false } as const;
      const there = { exists: UNITS.includes(unit), active: this.running.has(unit), pids: [] };
      return { ...common, ...there, ...(job === undefined ? {} : { job }) };
    });
  }
  async jobs(units: readonly string[]) {
    return units.flatMap((unit) => (this.job.has(unit) ? [{ unit, job: this.job.get(unit)! }] : []));
  }
  async stop(unit: string) {
    this.running.delete(unit);
  }
  async start(unit: string) {
    this.running.add(unit);
  }
  startScript = (unit: string) => `/etc/init.d/${unit}`;
  async disable() {}
  async enable() {}
  async reload() {}
  async strays() {
    return [];
  }
}

let dir: string;
let server: PostgresServer;
let host: ThrowAwayHost;
let services: FakeServices;
let parts: { host: Host; vault: Vault };
beforeEach(async () => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'engine-cleanup-run-')));
  server = await PostgresServer.start({ size: 'small' });
  host = await makeHost({ dir: join(dir, 'host'), server });
  vi.stubEnv('PATH', `${server.programs.bin}:${process.env.PATH}`);
  services = new FakeServices();
  parts = { host: { ...createHost({ root: host.dir, timeoutMs: 20_000 }), services }, vault: new Vault() };
});
afterEach(async () => {
  vi.unstubAllEnvs();
  host?.stop();
  await server?.destroy();
  rmSync(dir, { recursive: true, force: true });
});

const progress = { begin: () => undefined, bytes: () => undefined, end: () => undefined };
const planned = (): void => undefined;
const options = () => ({
  version: '0.0.0',
  root: host.dir,
  wishes: { ...WISHES, timeoutMs: 20_000 },
  backupDir: null,
  log: join(dir, 'log'),
  stop: { signal: new AbortController().signal, name: () => 'SIGINT' as const },
});

/** `open`: what happens while the question is open. */
function cleanup(open = (): void => undefined): Promise<Report> {
  const dialogue = {
    decide: async (_: unknown, wishes: typeof WISHES, replan: (wishes: typeof WISHES) => never) => {
      open();
      return replan(wishes);
    },
    progress,
    planned,
  };
  return cleanupRun({ ...options(), command: 'cleanup' }, { ...parts, dialogue });
}

function restore(open = (): void => undefined): Promise<Report> {
  const confirm = async () => {
    open();
    return true;
  };
  return restoreRun(
    { ...options(), command: 'restore', source: null },
    { ...parts, dialogue: { confirm, progress, planned } },
  );
}

async function busy(run: () => Promise<Report>, unit: string): Promise<void> {
  const before = host.listing();
  const ended = await run().catch((error: unknown) => error);
  expect(ended).toBeInstanceOf(BusyError);
  expect((ended as BusyError).message).toBe(`systemd has not ended its job for ${unit} (start). Nothing was changed.`);
  expect((ended as BusyError).hint).toContain(`systemctl stop ${unit}`);
  expect(host.listing()).toEqual(before);
}

describe('a cleanup', () => {
  it('ends where systemd is about to start a unit of ours', async () => {
    services.job.set(STOPPED, 'start');
    await busy(cleanup, STOPPED);
    expect([...services.running]).toEqual([RAN]);
  });

  it('ends where it came to that while the question was open', async () => {
    await busy(() => cleanup(() => services.job.set(STOPPED, 'start')), STOPPED);
    expect([...services.running]).toEqual([RAN]);
    services.job.clear();
    expect(await cleanup()).toMatchObject({ outcome: 'ok' });
  });
});

it('a restore ends where it would start or stop that unit, and does not care for another', async () => {
  expect(await cleanup()).toMatchObject({ outcome: 'ok' });
  expect([...services.running]).toEqual([]);
  services.job.set(RAN, 'start');
  await busy(restore, RAN);
  services.job.clear();
  await busy(() => restore(() => services.job.set(RAN, 'start')), RAN);
  expect([...services.running]).toEqual([]);
  services.job.clear();
  services.job.set(STOPPED, 'start');
  expect(await restore()).toMatchObject({ outcome: 'ok' });
  expect([...services.running]).toEqual([RAN]);
});
