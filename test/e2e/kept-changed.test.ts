/** Files of setup that somebody edited since: named, asked about, removed with a backup or kept. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Box } from './harness.ts';

const PROTOCOLS = '/etc/ovirt-engine/engine.conf.d/10-setup-protocols.conf';
const JBOSS = '/etc/ovirt-engine/engine.conf.d/10-setup-jboss.conf';
const EDIT = '# edited by the administrator\n';

let box: Box;
beforeEach(async () => {
  box = await Box.make();
  appendFileSync(box.path(PROTOCOLS), EDIT);
});
afterEach(() => box.destroy());

/** A file as the backup of the newest run holds it; null if it is not in it. */
function backedUp(path: string): string | null {
  const archive = join(box.path('/var/lib/engine-cleanup'), box.runs().at(-1)!, 'backup/files.tar.gz');
  const names = execFileSync('tar', ['--list', '--gzip', '--file', archive], { encoding: 'utf8' }).split('\n');
  if (!names.includes(path.slice(1))) return null;
  return execFileSync('tar', ['--extract', '--to-stdout', '--gzip', '--file', archive, path.slice(1)], {
    encoding: 'utf8',
  });
}

describe('without a terminal', () => {
  it('an edited file is named in the plan, backed up as it is, and removed; one that was only touched is not edited', async () => {
    utimesSync(box.path(JBOSS), new Date(), new Date());
    const text = (await box.run(['plan'])).stdout;
    const edited = text.slice(text.indexOf('dited since setup wrote'));
    expect(edited).toContain(box.path(PROTOCOLS));
    expect((await box.json(['-u'])).report).toMatchObject({ exitCode: 0, verify: { ready: true } });
    const plan = JSON.parse(box.text(`/var/lib/engine-cleanup/${box.runs()[0]}/plan.json`));
    expect(plan.changed).toEqual([PROTOCOLS]);
    expect(box.exists(PROTOCOLS)).toBe(false);
    expect(backedUp(PROTOCOLS)).toContain(EDIT);
  });

  it('--keep-changed keeps it as it is, says so, and removes everything else', async () => {
    const before = box.text(PROTOCOLS);
    const { report } = await box.json(['-u', '--keep-changed']);
    expect(report).toMatchObject({ exitCode: 0, verify: { ready: true } });
    expect(report.kept).toContainEqual({
      target: box.path(PROTOCOLS),
      why: 'edited since setup wrote it, kept as asked',
    });
    expect(box.text(PROTOCOLS)).toBe(before);
    expect(backedUp(PROTOCOLS)).toBeNull();
    expect(backedUp(JBOSS)).not.toBeNull();
    expect(box.exists(JBOSS)).toBe(false);
    expect(box.exists(box.host.marker)).toBe(false);
  });
});

describe('at a terminal', () => {
  it('the edited files are listed, and kept when the operator will not have them removed', async () => {
    const { code, text } = await box.terminal([], 'yes\nno\nyes\n');
    expect(text).toMatch(/Edited since setup wrote them[^?]*10-setup-protocols\.conf[^?]*Remove them too\?/);
    expect(code).toBe(0);
    expect(box.text(PROTOCOLS)).toContain(EDIT);
    expect(box.exists(JBOSS)).toBe(false);
  });

  it('they are removed otherwise, and nobody is asked who said --keep-changed', async () => {
    const { code, text } = await box.terminal(['--keep-changed'], 'yes\nno\n');
    expect(text).not.toContain('Remove them too?');
    expect(code).toBe(4);
    expect((await box.terminal([], 'yes\nyes\nyes\n')).code).toBe(0);
    expect(box.exists(PROTOCOLS)).toBe(false);
    expect(backedUp(PROTOCOLS)).toContain(EDIT);
  });
});
