import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, chownSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { baseOfCopy } from '../../../src/detect/read/copies.ts';
import { temporaryName } from '../../../src/host/files/temporary.ts';
import { passedOver } from '../../fixture/needs.ts';
import { attributesOf, setAttributes, whyNoAttributes } from '../attributes.ts';
import { bundle, isRoot, Scratch } from '../scratch.ts';

let scratch: Scratch;
const PATH = '/etc/httpd/conf.d/ssl.conf';
const ANCHOR = '/etc/httpd';
const DIR = '/etc/httpd/conf.d';

beforeEach(() => {
  scratch = new Scratch();
  scratch.write(PATH, 'old');
});
afterEach(() => {
  vi.unstubAllEnvs();
  scratch.destroy();
});

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const text = (path = PATH): string => readFileSync(scratch.real(path), 'utf8');

const noAttributes = passedOver('Attributes of a replaced file', await whyNoAttributes());

describe('replace', () => {
  it('puts new content in the place of the old, and makes a file where none is', async () => {
    await scratch.files.replace(PATH, Buffer.from('new content'), { anchor: ANCHOR });
    expect(text()).toBe('new content');
    await scratch.files.replace(PATH, Buffer.alloc(0), { anchor: ANCHOR });
    expect(text()).toBe('');
    await scratch.files.replace(`${DIR}/made`, Buffer.from('x'), { anchor: ANCHOR });
    expect(await scratch.files.stat(`${DIR}/made`)).toMatchObject({ mode: 0o600, identity: { size: 1 } });
    expect(await scratch.files.list(DIR)).toEqual(['made', 'ssl.conf']);
  });

  it.runIf(isRoot)('keeps owner and mode, and gives the file its new time', async () => {
    chownSync(scratch.real(PATH), 108, 109);
    chmodSync(scratch.real(PATH), 0o2640);
    utimesSync(scratch.real(PATH), 1, 1);
    const before = Date.now();
    await scratch.files.replace(PATH, Buffer.from('new'), { anchor: ANCHOR });
    const { uid, gid, mode, mtimeMs } = statSync(scratch.real(PATH));
    expect([uid, gid, mode & 0o7777]).toEqual([108, 109, 0o2640]);
    expect(mtimeMs).toBeGreaterThan(before - 1000);
  });

  it.skipIf(noAttributes)('keeps extended attributes, ACL and SELinux label', async () => {
    setAttributes(scratch.real(PATH));
    const [before, mode] = [attributesOf(scratch.real(PATH)), statSync(scratch.real(PATH)).mode];
    expect(before.length).toBeGreaterThan(1);
    await scratch.files.replace(PATH, Buffer.from('new content'), { anchor: ANCHOR });
    expect(text()).toBe('new content');
    expect(attributesOf(scratch.real(PATH))).toEqual(before);
    expect(statSync(scratch.real(PATH)).mode).toBe(mode);
  });

  it('works without cp, keeping owner and mode', async () => {
    chmodSync(scratch.real(PATH), 0o604);
    vi.stubEnv('PATH', '/nonexistent');
    await scratch.files.replace(PATH, Buffer.from('new'), { anchor: ANCHOR });
    expect([text(), statSync(scratch.real(PATH)).mode & 0o7777]).toEqual(['new', 0o604]);
  });

  it('changes nothing where attributes cannot be kept', async () => {
    const bin = join(scratch.dir, 'bin');
    execFileSync('mkdir', [bin]);
    writeFileSync(join(bin, 'cp'), '#!/bin/sh\necho "cp: no room for the ACL" >&2\nexit 1\n', { mode: 0o755 });
    vi.stubEnv('PATH', bin);
    await expect(scratch.files.replace(PATH, Buffer.from('new'), { anchor: ANCHOR })).rejects.toMatchObject({
      message: expect.stringContaining('no room for the ACL'),
      code: 'exit 1',
    });
    expect(text()).toBe('old');
    expect(scratch.temporary(DIR)).toEqual([]);
  });

  it.runIf(isRoot)('takes owner and mode it is given', async () => {
    await scratch.files.replace(`${DIR}/made`, Buffer.from('x'), {
      anchor: ANCHOR,
      meta: { mode: 0o640, uid: 108, gid: 109 },
    });
    expect(await scratch.files.stat(`${DIR}/made`)).toMatchObject({ mode: 0o640, uid: 108, gid: 109 });
  });

  it('refuses when the content is no longer what was read', async () => {
    await scratch.files.replace(PATH, Buffer.from('new'), { anchor: ANCHOR, expectSha256: sha256('old') });
    const stale = scratch.files.replace(PATH, Buffer.from('newer'), { anchor: ANCHOR, expectSha256: sha256('old') });
    await expect(stale).rejects.toMatchObject({ hint: expect.stringContaining('again') });
    const gone = scratch.files.replace(`${DIR}/none`, Buffer.from('x'), { anchor: ANCHOR, expectSha256: sha256('') });
    await expect(gone).rejects.toThrow(/no longer/);
    expect(text()).toBe('new');
    expect(await scratch.files.list(DIR)).toEqual(['ssl.conf']);
  });

  it('refuses when somebody writes the file at the same moment', async () => {
    // The stand-in for cp runs while the new content is ready and the old one still in place.
    const bin = join(scratch.dir, 'bin');
    execFileSync('mkdir', [bin]);
    writeFileSync(join(bin, 'cp'), `#!/bin/sh\necho edited >'${scratch.real(PATH)}'\n`, { mode: 0o755 });
    vi.stubEnv('PATH', bin);
    await expect(scratch.files.replace(PATH, Buffer.from('new'), { anchor: ANCHOR })).rejects.toThrow(/same moment/);
    expect(text()).toBe('edited\n');
    expect(scratch.temporary(DIR)).toEqual([]);
  });

  it('never writes through a link, into a directory or a FIFO', async () => {
    scratch.write('/etc/target', 'stays');
    scratch.mkdir(`${DIR}/dir`);
    symlinkSync('/etc/target', scratch.real(`${DIR}/link`));
    execFileSync('mkfifo', [scratch.real(`${DIR}/fifo`)]);
    const put = (name: string) => scratch.files.replace(`${DIR}/${name}`, Buffer.from('x'), { anchor: ANCHOR });
    await expect(put('link')).rejects.toMatchObject({ code: 'ELOOP' });
    await expect(put('dir')).rejects.toThrow(/not a regular file/);
    await expect(put('fifo')).rejects.toThrow(/not a regular file/);
    expect(text('/etc/target')).toBe('stays');
    expect((await scratch.files.stat(`${DIR}/link`))?.identity.type).toBe('link');
    expect(scratch.temporary(DIR)).toEqual([]);
  });

  it('says so where there is no directory for it', async () => {
    await expect(scratch.files.replace('/etc/httpd/none/x', Buffer.from(''), { anchor: ANCHOR })).rejects.toMatchObject(
      {
        code: 'ENOENT',
        message: expect.stringContaining(scratch.real('/etc/httpd/none/x')),
      },
    );
  });

  it('is seen by readers as the old or the new content, never as anything between', async () => {
    const contents = ['a'.repeat(50_000), 'b'.repeat(70_000)];
    scratch.write(PATH, contents[0]!);
    const reader = spawn(
      process.execPath,
      [
        '-e',
        `const { readFileSync } = require('node:fs'); const seen = new Set();
        process.stdout.write('ready');
        process.on('SIGTERM', () => { console.log(JSON.stringify([...seen])); process.exit(); });
        setInterval(() => { const text = readFileSync(process.argv[1], 'utf8'); seen.add(text.length + text[0] + text.at(-1)); }, 0);`,
        scratch.real(PATH),
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await new Promise((resolve) => reader.stdout.once('data', resolve));
    let told = '';
    reader.stdout.on('data', (chunk) => {
      told += chunk;
    });
    for (let round = 1; round < 60; round += 1) {
      await scratch.files.replace(PATH, Buffer.from(contents[round % 2]!), { anchor: ANCHOR });
    }
    reader.kill('SIGTERM');
    await new Promise((resolve) => reader.once('close', resolve));
    for (const one of JSON.parse(told) as string[]) expect(['50000aa', '70000bb']).toContain(one);
  });

  it('killed in the middle leaves the old content, and a temporary file that detection knows as one', async () => {
    // The stand-in for cp stops the program that waits for it.
    const bin = join(scratch.dir, 'bin');
    execFileSync('mkdir', [bin]);
    writeFileSync(join(bin, 'cp'), '#!/bin/sh\nkill -9 $PPID\n', { mode: 0o755 });
    const child = bundle(
      scratch.dir,
      `import { createFiles } from './src/host/files/index.ts';
       await createFiles(process.argv[2]).replace('${PATH}', Buffer.from('new'), { anchor: '${ANCHOR}' });`,
    );
    const { signal } = spawnSync(process.execPath, [child, scratch.root], { env: { PATH: `${bin}:/bin:/usr/bin` } });
    expect(signal).toBe('SIGKILL');
    expect(text()).toBe('old');
    const left = scratch.temporary(DIR);
    expect(left.map(baseOfCopy)).toEqual(['ssl.conf']);
    expect(statSync(scratch.real(`${DIR}/${left[0]}`)).mode & 0o7777).toBe(0o600);
  });
});

it('temporary names are those that detection takes for leftovers', () => {
  for (let round = 0; round < 200; round += 1) expect(baseOfCopy(temporaryName('.truststore'))).toBe('.truststore');
});
