/**
 * No secret of the host leaves its files: not in the arguments or the environment of any program that a run starts, as the kernel saw them started, nor in anything it prints or writes,
 * but for the backup. Nor does one stay in a temporary file.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { passedOver, whyNoProgram } from '../fixture/needs.ts';
import { Box, SECRETS } from './harness.ts';

const noStrace = passedOver('What programs are started with', await whyNoProgram('strace'));

let box: Box;
beforeEach(async () => {
  box = await Box.make({ services: true, dwh: true, grafana: true, keycloak: true });
});
afterEach(() => box.destroy());

/** Every secret of the fixture: passwords, client secrets, and what the server keeps of the passwords. */
async function secrets(): Promise<string[]> {
  const hashes = await box.server.superuser<{ hash: string }>(
    'SELECT rolpassword AS hash FROM pg_authid WHERE rolpassword IS NOT NULL',
  );
  return [...SECRETS, 'SAMPLE-GRAFANA-SECRET', 'SAMPLE-KEYCLOAK-SECRET', ...hashes.map(({ hash }) => hash)];
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

describe.skipIf(noStrace)('a secret', () => {
  it.each(['-u', '-u -d', 'plan', 'verify'])(
    'is in nothing that engine-cleanup %s starts, prints or writes',
    async (command) => {
      const all = await secrets();
      const before = new Set(readdirSync(tmpdir()));
      const trace = join(box.dir, 'trace');
      const words = command.split(' ');
      const { code, stdout, stderr } = await box.run([...words, '-v', '--json'], {
        prefix: [
          'strace',
          '--follow-forks',
          '--trace=execve',
          '--no-abbrev',
          '--string-limit=100000',
          `--output=${trace}`,
        ],
      });
      expect(code).toBe(0);
      const started = readFileSync(trace, 'latin1');
      expect(started).toContain('execve(');
      if (command === '-u') expect(started).toMatch(/execve\("[^"]*pg_dump"/);
      for (const secret of all) {
        expect(started, 'arguments and environments').not.toContain(secret);
        expect(stdout + stderr, 'output').not.toContain(secret);
        expect(box.written(), 'log, plan, journal and report').not.toContain(secret);
      }
      const made = readdirSync(tmpdir()).filter((name) => !before.has(name));
      expect(made.flatMap((name) => (statSync(join(tmpdir(), name)).isFile() ? [name] : []))).toEqual([]);
      // After a run that drops, only the backup holds any.
      if (command === '-u') {
        const rest = holders(box.root, all, (path) => path.includes('/backup/'));
        expect(rest.map((path) => path.slice(box.root.length))).toEqual([]);
      }
    },
  );
});
