/**
 * No secret of the host leaves its files: not in the arguments or the environment of any program that a run starts, as the kernel saw them started, nor in anything it prints or writes,
 * but for the backup. Nor does one stay in a temporary file.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Report } from '../../src/model/report.ts';
import type { HostTree } from '../fixture/host-tree.ts';
import { passedOver, whyNoProgram } from '../fixture/needs.ts';
import { SUPERUSER_PASSWORD } from '../fixture/postgres.ts';
import { Box, type Running, SECRETS } from './harness.ts';
import { makeScriptedBox } from './scripted-box.ts';

const noStrace = passedOver('What programs are started with', await whyNoProgram('strace'));

let box: Box<HostTree>;
afterEach(() => box.destroy());

/** Every secret of the fixture: passwords, client secrets, and what the server keeps of the passwords. */
async function secrets(): Promise<string[]> {
  const hashes = await box.server.superuser<{ hash: string }>(
    'SELECT rolpassword AS hash FROM pg_authid WHERE rolpassword IS NOT NULL',
  );
  const known = [...SECRETS, SUPERUSER_PASSWORD, 'SAMPLE-GRAFANA-SECRET', 'SAMPLE-KEYCLOAK-SECRET'];
  return [...known, ...hashes.map(({ hash }) => hash)];
}

/** Files below a directory whose text holds one of the secrets. */
function holders(dir: string, all: readonly string[], except: (path: string) => boolean): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !except(path) && statSync(path).size < 64 * 1024 * 1024)
    .filter((path) => {
      const text = readFileSync(path, 'latin1');
      return all.some((secret) => text.includes(secret));
    });
}

const inBackup = (path: string): boolean => path.includes('/backup/');

/**
 * Runs the program, and looks for the secrets in all that it starts, prints and writes. Returns its exit code, the programs it started, and the steps that failed.
 * `meanwhile`: what happens to it.
 */
async function traced(words: string[], all: readonly string[], meanwhile?: (running: Running) => Promise<void>) {
  const before = new Set(readdirSync(tmpdir()));
  const trace = join(box.dir, 'trace');
  const strace = ['strace', '--follow-forks', '--trace=execve', '--no-abbrev', '--string-limit=100000'];
  const running = box.start([...words, '-v', '--json'], { prefix: [...strace, `--output=${trace}`] });
  await meanwhile?.(running);
  const { code, stdout, stderr } = await running.ended;
  const started = readFileSync(trace, 'latin1');
  expect(started).toContain('execve(');
  for (const secret of all) {
    expect(started, 'arguments and environments').not.toContain(secret);
    expect(stdout + stderr, 'output').not.toContain(secret);
    expect(box.written(), 'log, plan, journal and report').not.toContain(secret);
  }
  const made = readdirSync(tmpdir()).filter((name) => !before.has(name));
  expect(made.flatMap((name) => (statSync(join(tmpdir(), name)).isFile() ? [name] : []))).toEqual([]);
  const runs = box.path('/var/lib/engine-cleanup');
  expect(existsSync(runs) ? holders(runs, all, inBackup) : []).toEqual([]);
  const { steps } = JSON.parse(stdout) as Report;
  const failed = (steps ?? []).flatMap(({ status, kind }) => (status === 'failed' ? [kind] : []));
  return { code, started, failed };
}

describe.skipIf(noStrace)('a secret is in nothing that is started, printed or written', () => {
  const whole = (services: boolean) => Box.make({ services, dwh: true, grafana: true, keycloak: true });

  it.each(['-u', '-u -d', 'plan', 'verify'])('by engine-cleanup %s', async (command) => {
    box = await whole(true);
    const all = await secrets();
    const { code, started } = await traced(command.split(' '), all);
    expect(code).toBe(0);
    if (command !== '-u') return;
    expect(started).toMatch(/execve\("[^"]*pg_dump"/);
    // After a run that drops, only the backup holds any.
    expect(holders(box.root, all, inBackup)).toEqual([]);
  });

  it('by a run whose server dies while its databases are dumped, nor by the restore that makes up for a later one', {
    timeout: 600_000,
  }, async () => {
    // Services that a run started again would be traced until they end.
    box = await whole(false);
    const all = await secrets();
    const { code, failed } = await traced(['-u'], all, async (running) => {
      await running.saw('Back up database');
      await box.server.stop('immediate');
    });
    expect(code).toBe(5);
    expect(failed).not.toEqual([]);
    await box.server.restart();
    expect((await box.run(['-u'])).code).toBe(0);
    const restored = await traced(['restore', '-u'], all);
    expect(restored).toMatchObject({ code: 0, failed: [] });
    expect(restored.started).toMatch(/execve\("[^"]*pg_restore"/);
  });

  it('by a restore that makes dropped roles and databases with an administrator’s login', {
    timeout: 600_000,
  }, async () => {
    box = await makeScriptedBox('3.2');
    const all = await secrets();
    expect((await box.run(['-u'])).code).toBe(0);
    const { code, started, failed } = await traced(['restore', '-u'], all);
    expect({ code, failed }).toEqual({ code: 0, failed: [] });
    for (const program of ['psql', 'pg_restore']) expect(started).toMatch(new RegExp(`execve\\("[^"]*/${program}"`));
    const [role] = await box.server.superuser<{ hash: string }>(
      "SELECT rolpassword AS hash FROM pg_authid WHERE rolname = 'engine'",
    );
    expect(all).toContain(role!.hash);
  });
});
