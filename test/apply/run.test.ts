/** When the way back is taken: only as long as nothing is lost. The real host and server, but for one door that fails. */
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createHost } from '../../src/host/index.ts';
import type { Host } from '../../src/host/port.ts';
import { Vault } from '../../src/model/credentials.ts';
import { HostError } from '../../src/model/errors.ts';
import type { Report } from '../../src/model/report.ts';
import { cleanupRun } from '../../src/run.ts';
import { makeHost, type ThrowAwayHost } from '../fixture/host.ts';
import { PostgresServer } from '../fixture/postgres.ts';
import { WISHES } from '../plan/facts.ts';

/** The real file system, but for the calls that make things durable. */
const disk = vi.hoisted(() => ({
  beforeWrite: (_text: string): void => undefined,
  beforeSync: (): void => undefined,
}));
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  const writeSync = (fd: number, data: string | Buffer, ...rest: number[]): number => {
    disk.beforeWrite(data.toString());
    return (fs.writeSync as (...all: unknown[]) => number)(fd, data, ...rest);
  };
  const fsyncSync = (fd: number): void => {
    disk.beforeSync();
    fs.fsyncSync(fd);
  };
  return { ...fs, writeSync, fsyncSync };
});

const FAILURE = new HostError('it failed', { hint: 'mend it', code: 'EIO' });

let dir: string;
let server: PostgresServer;
let host: ThrowAwayHost;
beforeEach(async () => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'engine-cleanup-run-')));
  server = await PostgresServer.start({ size: 'small' });
  host = await makeHost({ dir: join(dir, 'host'), server, services: true });
  vi.stubEnv('PATH', `${server.programs.bin}:${process.env.PATH}`);
});
afterEach(async () => {
  disk.beforeWrite = () => undefined;
  disk.beforeSync = () => undefined;
  vi.unstubAllEnvs();
  host.stop();
  await server.destroy();
  rmSync(dir, { recursive: true, force: true });
});

/** A run as the program makes it; `break_` may put something else in the place of one of the host's doors. */
async function run(break_: (host: Host) => Partial<Host>): Promise<Report> {
  const real = createHost({ root: host.dir, timeoutMs: 20_000 });
  const { signal } = new AbortController();
  return cleanupRun(
    {
      command: 'cleanup',
      version: '0.0.0',
      root: host.dir,
      wishes: { ...WISHES, timeoutMs: 20_000 },
      backupDir: null,
      log: join(dir, 'log'),
      stop: { signal, name: () => 'SIGINT' },
    },
    {
      host: { ...real, ...break_(real) },
      vault: new Vault(),
      dialogue: {
        decide: async (_, wishes, replan) => replan(wishes),
        progress: { begin: () => undefined, bytes: () => undefined, end: () => undefined },
        planned: () => undefined,
      },
    },
  );
}

function undone(report: Report): unknown[] {
  const journal = join(host.dir, 'var/lib/engine-cleanup', report.run!.id, 'journal.jsonl');
  const entries = readFileSync(journal, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  return entries.filter(({ event }) => event === 'undo').map(({ step }) => step);
}

/** From the first entry of the journal that fits, no file can be made durable any more: a disk that fails. */
function breakDiskAt(event: string, step?: RegExp): void {
  let broken = false;
  disk.beforeWrite = (text) => {
    if (!text.startsWith('{"at"')) return;
    const entry = JSON.parse(text) as { event: string; step?: string };
    if (entry.event === event && (step === undefined || step.test(entry.step ?? ''))) broken = true;
  };
  disk.beforeSync = () => {
    if (broken) throw Object.assign(new Error('EIO: i/o error, fsync'), { code: 'EIO', syscall: 'fsync' });
  };
}

describe('a disk that fails', () => {
  it('after the stops does not keep the services from running again, nor the report from being whole', async () => {
    const running = host.services.running();
    breakDiskAt('begin', /^dump:engine$/);
    const report = await run(() => ({}));
    expect(host.services.running()).toEqual(running);
    expect(report).toMatchObject({ outcome: 'incomplete', exitCode: 5, intact: true });
    expect(report.restarted).toHaveLength(running.length);
    expect(report.steps.find(({ id }) => id === 'dump:engine')!.error).toMatch(/journal\.jsonl: EIO/);
    expect(report.warnings.filter(({ code }) => code === 'run-directory').length).toBeGreaterThan(0);
    expect(report.verify).not.toBeNull();
  });

  it('after everything is done leaves the run as it ended, with a warning', async () => {
    breakDiskAt('run-end');
    const report = await run(() => ({}));
    expect(report.steps.filter(({ error }) => error)).toEqual([]);
    expect(report).toMatchObject({ outcome: 'ok', exitCode: 0, verify: { ready: true } });
    expect(report.warnings).toContainEqual({
      code: 'run-directory',
      message: expect.stringContaining('/var/lib/engine-cleanup/'),
    });
  });
});

it('a host that cannot be looked at afterwards is told as such: what was done is done', async () => {
  const report = await run(({ packages }) => ({
    packages: {
      ...packages,
      owners: (paths) => (host.exists(host.databaseConf) ? packages.owners(paths) : Promise.reject(FAILURE)),
    },
  }));
  expect(report.steps.filter(({ error }) => error)).toEqual([]);
  expect(report).toMatchObject({ outcome: 'unready', exitCode: 6 });
  expect(report.verify!.checks).toMatchObject([{ ok: false, hint: 'mend it' }]);
  expect(report.verify!.checks[0]!.detail).toContain('it failed');
});

describe('a run that fails', () => {
  it('before anything is lost starts again what it stopped', async () => {
    const running = host.services.running();
    expect(running.length).toBeGreaterThan(3);
    const report = await run(({ databases }) => {
      let asked = 0;
      return {
        databases: {
          ...databases,
          // The first is detection; the second is the dump's.
          connect: (credentials, options) => {
            asked += 1;
            return asked === 2 ? Promise.reject(FAILURE) : databases.connect(credentials, options);
          },
        },
      };
    });
    expect(report.steps.filter(({ status }) => status === 'failed').map(({ id }) => id)).toEqual(['dump:engine']);
    expect(report).toMatchObject({ outcome: 'incomplete', exitCode: 5 });
    expect(host.services.running()).toEqual(running);
    expect(undone(report)).toHaveLength(running.length);
  });

  it('after the database was cleared leaves them stopped: there is nothing left for them to serve', async () => {
    const report = await run(({ files }) => ({
      files: {
        ...files,
        removeAll: async (removals) => {
          const kept = removals.filter(({ path }) => path.endsWith('/engine.p12'));
          const refused = await files.removeAll(removals.filter((one) => !kept.includes(one)));
          return [...refused, ...kept.map(({ path }) => ({ path, error: FAILURE }))];
        },
      },
    }));
    expect(report.steps.find(({ id }) => id === 'clear:engine')).toMatchObject({ status: 'done' });
    expect(report.steps.find(({ id }) => id === 'remove:keystores')).toMatchObject({ status: 'failed' });
    expect(report).toMatchObject({ outcome: 'incomplete', exitCode: 5, changed: true });
    expect(host.services.running()).toEqual([]);
    expect(undone(report)).toEqual([]);
    expect(host.exists(host.databaseConf)).toBe(true);
  });
});
