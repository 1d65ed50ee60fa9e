/** Reasons not to start: exit 3, nothing changed. And the ways on. */
import { chmodSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { passedOver, whyNoMounts, whyNotRoot } from '../fixture/needs.ts';
import { Box, difference } from './harness.ts';

const noMounts = passedOver('A backup directory that is too small', whyNoMounts());
const notRoot = passedOver('A caller with fewer rights', whyNotRoot());

let box: Box;
afterEach(() => box?.destroy());

/** A run that is refused for one reason, and that changed nothing. */
async function refused(check: string, args: string[], more: Parameters<Box['json']>[1] = {}): Promise<string> {
  const before = box.host.listing();
  const running = box.host.services.running();
  const { report } = await box.json(args, more);
  expect(report).toMatchObject({ exitCode: 3, outcome: 'refused', changed: false });
  expect(report.refusals.map((one) => one.check)).toContain(check);
  const { message, hint } = report.refusals.find((one) => one.check === check)!;
  expect(message).not.toBe('');
  expect(hint).not.toBe('');
  const { gone, made, changed } = difference(before, box.host.listing());
  expect(gone).toEqual([]);
  expect(made.filter((path) => !path.startsWith('/var/log') && !path.startsWith('/run'))).toEqual([]);
  expect(changed.filter((path) => !path.startsWith('/var/log'))).toEqual([]);
  expect(box.host.services.running()).toEqual(running);
  // plan says the same.
  const plan = await box.json(['plan', ...args.filter((arg) => arg !== '-u')], more);
  expect(plan.code).toBe(3);
  return `${message} ${hint}`;
}

describe('a database to be cleared', () => {
  it('that holds a table of somebody else: refused; forced, the table stays, is named, and the host is not ready', async () => {
    box = await Box.make();
    await box.server.superuser(
      'CREATE ROLE reporting; CREATE TABLE public.figures (id int); ALTER TABLE public.figures OWNER TO reporting',
      'engine',
    );
    expect(await refused('foreign-objects', ['-u'])).toContain('figures');
    const { report } = await box.json(['-u', '--force', 'foreign-objects']);
    expect(report.steps.filter(({ error }) => error)).toEqual([]);
    expect(report).toMatchObject({ exitCode: 6, verify: { ready: false } });
    expect(await box.objects()).toContain('public.figures');
    expect(await box.objects()).not.toContain('public.vds_static');
  });

  it('on which a view of somebody else hangs: named in the plan before it falls', async () => {
    box = await Box.make();
    await box.server.superuser(
      'CREATE ROLE reporting; CREATE SCHEMA reports AUTHORIZATION reporting; GRANT SELECT ON public.vds_static TO reporting; GRANT USAGE ON SCHEMA public TO reporting; SET ROLE reporting; CREATE VIEW reports.hosts AS SELECT vds_id FROM public.vds_static',
      'engine',
    );
    const { report } = await box.json(['plan', '--force', 'foreign-objects']);
    expect(report.warnings.find(({ code }) => code === 'cascade')?.message).toContain('hosts');
  });
});

describe('the backup', () => {
  it.skipIf(noMounts)('needs space: a directory without enough is refused', async () => {
    box = await Box.make({ services: true });
    const small = join(box.dir, 'small');
    mkdirSync(small, { mode: 0o700 });
    const { execFileSync } = await import('node:child_process');
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m,mode=700', 'tmpfs', small]);
    try {
      expect(await refused('space', ['-u', '--backup-dir', small])).toContain('--backup-dir');
    } finally {
      execFileSync('umount', [small]);
    }
  });

  it('may not lie inside what is removed', async () => {
    box = await Box.make();
    await refused('backup-dir', ['-u', '--backup-dir', box.path('/etc/pki/ovirt-engine/backup')]);
  });

  it('needs a directory: a file in its place, and one that others may write to, are refused, by plan too', async () => {
    box = await Box.make();
    const file = join(box.dir, 'file');
    writeFileSync(file, 'a file\n');
    await refused('backup-dir', ['-u', '--backup-dir', file]);
    await refused('backup-dir', ['-u', '--backup-dir', join(file, 'below')]);
    const open = join(box.dir, 'open');
    mkdirSync(open);
    chmodSync(open, 0o777);
    await refused('backup-dir', ['-u', '--backup-dir', open]);
    // Private itself, and still everybody's to take away.
    mkdirSync(join(open, 'private'), { mode: 0o700 });
    expect(await refused('backup-dir', ['-u', '--backup-dir', join(open, 'private')])).toContain('--backup-dir');
  });

  it('goes where --backup-dir says, and --no-backup makes none', async () => {
    box = await Box.make();
    const elsewhere = join(box.dir, 'elsewhere');
    mkdirSync(elsewhere, { mode: 0o700 });
    const { report } = await box.json(['-u', '-d', '--backup-dir', elsewhere]);
    expect(report.run!.backup).toContain(`${elsewhere}/`);
    const open = join(box.dir, 'open');
    mkdirSync(open);
    chmodSync(open, 0o777);
    const restore = await box.json(['restore', '-u', '--backup-dir', join(open, 'private')]);
    expect(restore.report).toMatchObject({ exitCode: 3, changed: false });
    expect(restore.report.refusals[0]?.message).toContain(`lies below ${open}`);
    expect(readdirSync(open)).toEqual([]);
    const second = await box.json(['-u', '--no-backup']);
    expect(second.report).toMatchObject({ exitCode: 0, run: { backup: null } });
    expect(second.report.warnings.map(({ code }) => code)).toContain('no-backup');
  });
});

describe('the rest', () => {
  it('an unreadable record names its line and the way on', async () => {
    box = await Box.make();
    writeFileSync(box.path(box.host.record), '[file_group_core\nthis is no record\n');
    expect(await refused('record', ['-u'])).toMatch(/move the record away/);
  });

  it('a release that nobody knows is refused with what is known', async () => {
    box = await Box.make();
    box.host.write(
      box.host.marker,
      box.text(box.host.marker).replace(/generatedByVersion=str:[\d.]+/, 'generatedByVersion=str:9.9.1'),
    );
    expect(await refused('layout', ['-u'])).toContain('9.9.1');
  });

  it('a directory of the product that is a link is not followed', async () => {
    box = await Box.make();
    const outside = join(box.dir, 'outside');
    mkdirSync(join(outside, 'keys'), { recursive: true });
    writeFileSync(join(outside, 'keys/precious.p12'), 'precious');
    box.host.remove('/etc/pki/ovirt-engine/keys');
    symlinkSync(join(outside, 'keys'), box.path('/etc/pki/ovirt-engine/keys'));
    await box.json(['-u']);
    const { readFileSync } = await import('node:fs');
    expect(readFileSync(join(outside, 'keys/precious.p12'), 'utf8')).toBe('precious');
  });

  it.skipIf(notRoot)('without the right to write below the root: refused, as the caller it is', async () => {
    box = await Box.make();
    chmodSync(box.dir, 0o755);
    const outcome = await box.run(['-u', '--json'], {
      prefix: ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'],
    });
    expect(outcome.code).toBe(3);
    expect(JSON.parse(outcome.stdout).refusals.map(({ check }: { check: string }) => check)).toContain('not-root');
  });

  it('a second run while one works is told who works, with exit 75', async () => {
    box = await Box.make({ services: true, stubborn: ['ovirt-engine'] });
    const first = box.start(['-u', '--timeout', '20']);
    await first.saw('Stop ovirt-engine');
    const { report } = await box.json(['-u']);
    expect(report).toMatchObject({ exitCode: 75, outcome: 'busy', host: null });
    expect(report.error!.message).toMatch(new RegExp(String(first.child.pid)));
    first.child.kill('SIGKILL');
    await first.ended;
  });
});
