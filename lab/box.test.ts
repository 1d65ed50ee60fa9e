/** A box leaves nothing behind, however the test that booted it ends. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { passedOver } from '../test/fixture/needs.ts';
import { Box, whyNoBox } from './box.ts';

const skip = passedOver('A box', await whyNoBox());
const LAB = new URL('.', import.meta.url).pathname;
const PROJECT = join(LAB, '..').replace(/\/$/, '');

/** What there is of a box outside of it. */
function traces(base: string): string[] {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line.includes(base));
  const cgroups = existsSync(join(base, 'cgroups')) ? readFileSync(join(base, 'cgroups'), 'utf8').split('\n') : [];
  return [...mounts, ...[base, ...cgroups].filter((path) => path !== '' && existsSync(path))];
}

describe.skipIf(skip)('a box', () => {
  it('is a view of this machine with a systemd of its own, and nothing written in it is written here', async () => {
    const box = await Box.boot('view', PROJECT);
    try {
      expect(box.must(['cat', '/proc/1/comm'])).toBe('systemd\n');
      expect(box.run(['/bin/sh', '-c', 'cat; echo no >&2; exit 3'], { input: 'yes' })).toEqual({
        code: 3,
        stdout: 'yes',
        stderr: 'no\n',
      });
      const shell = `word=given; echo "\${word} $word $(echo $word) $0"; [ $$ -gt 1 ]`;
      expect(box.must(['/bin/sh', '-c', shell, 'a $HOME'])).toBe('given given given a $HOME\n');
      box.must(['touch', '/etc/made-in-a-box', '/lab/shared']);
      expect(existsSync('/etc/made-in-a-box')).toBe(false);
      expect(existsSync(join(box.shared, 'shared'))).toBe(true);
      expect(box.run(['touch', `${PROJECT}/made-in-a-box`]).code).not.toBe(0);
    } finally {
      await box.destroy();
    }
  });

  it('is gone without a trace after it was destroyed, which may be done twice', async () => {
    const box = await Box.boot('destroyed', PROJECT);
    const base = join(box.shared, '..');
    const before = [base, ...readFileSync(join(base, 'cgroups'), 'utf8').trim().split('\n')];
    expect(traces(base).length).toBeGreaterThan(before.length);
    await box.destroy();
    await box.destroy();
    expect(traces(base)).toEqual([]);
    expect(before.filter((path) => existsSync(path))).toEqual([]);
    expect(statSync('/usr').isDirectory()).toBe(true);
    expect(readdirSync('/var/tmp').filter((name) => name.startsWith(`engine-cleanup-lab-${process.pid}-`))).toEqual([]);
  });

  it('is gone without a trace after its test was killed', async () => {
    const contents = `import { Box } from './box.ts';
      const box = await Box.boot('killed', ${JSON.stringify(PROJECT)});
      process.stdout.write(box.shared);
      setInterval(() => {}, 1000);`;
    const bundle = await build({
      stdin: { contents, resolveDir: LAB, loader: 'ts' },
      bundle: true,
      platform: 'node',
      format: 'esm',
      write: false,
    });
    const test = spawn(process.execPath, ['--input-type=module', '--eval', bundle.outputFiles[0]!.text]);
    const [shared] = (await once(test.stdout, 'data')) as [Buffer];
    const base = join(shared.toString(), '..');
    const cgroups = readFileSync(join(base, 'cgroups'), 'utf8').trim().split('\n');
    expect(traces(base).length).toBeGreaterThan(cgroups.length);
    test.kill('SIGKILL');
    while (existsSync(base)) await sleep(20);
    expect(traces(base)).toEqual([]);
    expect(cgroups.filter((path) => existsSync(path))).toEqual([]);
  });
});
