/** What a run leaves is for its owner alone, whatever the umask of whoever started it. */
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { Box } from '../e2e/harness.ts';

let box: Box;
afterEach(() => box?.destroy());

const modeOf = (path: string): string => (lstatSync(path).mode & 0o7777).toString(8).padStart(4, '0');

/** Modes of everything below a directory, and of it. */
function modesBelow(dir: string): Map<string, string> {
  const names = readdirSync(dir, { recursive: true, encoding: 'utf8' });
  return new Map(['', ...names].map((name) => [name, modeOf(join(dir, name))]));
}

it.each(['000', '027', '077'])(
  'under umask %s: directories 0700, files 0600, and what is shared keeps its mode',
  async (umask) => {
    box = await Box.make();
    const ssl = modeOf(box.path('/etc/httpd/conf.d/ssl.conf'));
    const backups = join(box.dir, 'backups');
    const prefix = ['sh', '-c', `umask ${umask}; exec "$@"`, 'sh'];
    expect((await box.json(['-ud', '--backup-dir', backups], { prefix })).code).toBe(0);
    expect((await box.json(['-u'], { prefix })).code).toBe(0);
    expect((await box.json(['restore', '-u'], { prefix })).code).toBe(0);
    for (const dir of [box.path('/var/lib/engine-cleanup'), backups]) {
      const modes = modesBelow(dir);
      expect([...modes.keys()].filter((name) => name.endsWith('manifest.json')).length).toBeGreaterThan(0);
      for (const [name, mode] of modes) {
        const isDirectory = lstatSync(join(dir, name)).isDirectory();
        expect({ name, mode }).toEqual({ name, mode: isDirectory ? '0700' : '0600' });
      }
    }
    expect(modeOf(box.path('/var/log/ovirt-engine/engine-cleanup.log'))).toBe('0600');
    expect(modeOf(box.path('/run/engine-cleanup.lock'))).toBe('0600');
    expect(modeOf(box.path('/run'))).toBe('0755');
    expect(modeOf(box.path('/etc/httpd/conf.d/ssl.conf'))).toBe(ssl);
  },
);
