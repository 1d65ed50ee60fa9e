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

const FAILURE = new HostError('it failed', { hint: 'mend it', code: 'EIO' });

let dir: string;
let server: PostgresServer;
let host: ThrowAwayHost;
beforeEach(async () => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'engine-cleanup-run-')));
  server = await PostgresServer.start();
  host = await makeHost({ dir: join(dir, 'host'), server, services: true });
  vi.stubEnv('PATH', `${server.programs.bin}:${process.env.PATH}`);
});
afterEach(async () => {
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
        remove: async (path, expected, anchor) => {
          if (path.endsWith('/engine.p12')) throw FAILURE;
          return files.remove(path, expected, anchor);
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
