/** `--keep-pki` after the package was removed and installed again: the CA and keys come back from the copy, and nothing else is touched. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parseRecord } from '../../src/detect/read/record.ts';
import { PKI, PKI_COPY } from '../fixture/host-package.ts';
import { Box, difference } from './harness.ts';

let box: Box;
afterEach(() => box.destroy());

const KEEP = ['-u', '-d', '--keep-pki'];
const COPIES = '/etc/pki/ovirt-engine-backups';
const below = (dir: string) => box.host.listing().filter(({ path }) => path.startsWith(`${dir}/`));

/** Files by the hash the record has of them. */
function recorded(): Map<string, string | undefined> {
  const { groups } = parseRecord(box.text(box.host.record), box.host.record);
  return new Map(groups.flatMap(({ files }) => files.map(({ path, hash }) => [path, hash?.hex] as const)));
}

function archived(): string[] {
  const [run] = box.runs();
  const archive = box.path(`/var/lib/engine-cleanup/${run}/backup/files.tar.gz`);
  return execFileSync('tar', ['-tzf', archive], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((name) => `/${name}`);
}

/** What must be the same however a run went: the PKI, and what the record says of it and else names (drop-ins differ in the server's port). */
function result(): unknown {
  const entries = [...recorded()].map(([path, hash]) => (path.startsWith(PKI) ? `${path} ${hash}` : path));
  return { tree: below(PKI), record: entries.sort() };
}

describe('putting the PKI back from a copy', () => {
  it('leaves what the package brought, and archives what it writes over', async () => {
    box = await Box.make({ package: 'reinstalled' });
    const packaged = [`${PKI}/openssl.conf`, `${PKI}/cert.template.in`, `${PKI}/qemu-cacert.template.in`];
    for (const path of packaged) box.host.write(path, '# of a newer package\n');
    const serial = `${PKI}/serial.txt`;
    box.host.write(serial, 'of a setup that failed after the reinstallation\n');
    const copies = below(COPIES);
    const { report } = await box.json(KEEP);
    expect(report.steps.filter(({ error }) => error)).toEqual([]);
    for (const path of packaged) expect(box.text(path), path).toBe('# of a newer package\n');
    expect(box.text(serial)).toBe(box.text(`${PKI_COPY}/serial.txt`));
    expect(archived()).toContain(serial);
    const step = report.steps.find(({ kind }) => kind === 'pki-restore');
    const touched = (path: string): boolean => step?.paths?.some((one) => one.endsWith(path)) === true;
    expect(touched(serial)).toBe(true);
    for (const path of packaged) expect(touched(path), path).toBe(false);
    expect(difference(copies, below(COPIES))).toEqual({ gone: [], made: [], changed: [] });
  });

  it('says in the plan which files it will make', async () => {
    box = await Box.make({ package: 'reinstalled' });
    const before = below(PKI);
    const { report } = await box.json(['plan', ...KEEP]);
    await box.json(KEEP);
    const step = report.steps.find(({ kind }) => kind === 'pki-restore');
    const made = difference(before, below(PKI)).made.filter(
      (path) => !box.host.listing().some((one) => one.path.startsWith(`${path}/`)),
    );
    expect(step?.paths?.toSorted()).toEqual(made.map((path) => box.path(path)).sort());
  });

  it('takes the newest copy that is usable', async () => {
    box = await Box.make({ package: 'reinstalled' });
    const note = 'note-of-the-administrator.txt';
    const at = (date: string) => `${COPIES}/ovirt-engine-${date}/ovirt-engine`;
    for (const [date, usable] of [
      ['20200101000000', true],
      ['20261124999999', true],
      ['20261125000000', false],
    ] as const) {
      cpSync(box.path(PKI_COPY), box.path(at(date)), { recursive: true, verbatimSymlinks: true });
      box.host.write(`${at(date)}/${note}`, date);
      if (!usable) rmSync(box.path(`${at(date)}/private/ca.pem`));
    }
    mkdirSync(box.path(at('20261126000000')), { recursive: true });
    mkdirSync(box.path(`${COPIES}/ovirt-engine-20261127000000`));
    const { report } = await box.json(KEEP);
    expect(report).toMatchObject({ exitCode: 0, verify: { ready: true } });
    expect(box.text(`${PKI}/${note}`)).toBe('20261124999999');
  });

  it.each(['-ud', '-u'])('%s: the record names what came back, and a second run has nothing to do', async (words) => {
    const args = [words, '--keep-pki'];
    box = await Box.make({ package: 'reinstalled' });
    const before = [...recorded().keys()].filter((path) => path.startsWith(`${PKI}/`));
    expect(before.length).toBeGreaterThan(20);
    const first = await box.json(args);
    expect(first.report.steps.filter(({ error }) => error)).toEqual([]);
    expect(first.report).toMatchObject({ exitCode: 0, verify: { ready: true } });
    expect([...recorded().keys()]).toEqual(expect.arrayContaining(before));
    expect((await box.json(args)).report).toMatchObject({ outcome: 'nothing-to-do', changed: false, steps: [] });
    const { report } = await box.json(['-u']);
    expect(report).toMatchObject({ exitCode: 0, verify: { ready: true } });
    expect(readdirSync(box.path(join(PKI, 'keys')))).toEqual([]);
  });
});

describe('after a run that was killed', () => {
  it.each([
    ['while it put files back', '-d', (path: string) => path !== `${PKI}/ca.pem` && !path.includes('/certs/')],
    ['before it wrote the record', '-d', () => true],
    ['while it put files back', '--keep-pki', (path: string) => path.includes('/keys/')],
    ['before it wrote the record', '--keep-pki', () => true],
  ] as const)('%s (%s), the next one comes to the same end', async (_when, option, done) => {
    const args = ['-u', '--keep-pki', ...(option === '-d' ? ['-d'] : [])];
    box = await Box.make({ package: 'reinstalled' });
    await box.json(args);
    const undisturbed = result();
    await box.destroy();
    box = await Box.make({ package: 'reinstalled' });
    for (const { path } of below(PKI_COPY)) {
      const to = PKI + path.slice(PKI_COPY.length);
      if (done(to) && !box.exists(to) && !/\/(?:certs|keys|private|requests)(?:-qemu)?$/.test(to))
        execFileSync('cp', ['-a', box.path(path), box.path(to)]);
    }
    const { report } = await box.json(args);
    expect(report).toMatchObject({ exitCode: 0, verify: { ready: true } });
    expect(result()).toEqual(undisturbed);
    expect((await box.json(args)).report).toMatchObject({ outcome: 'nothing-to-do', changed: false });
  });
});
