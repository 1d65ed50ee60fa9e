import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type ArchiveRequest, archiveFiles } from '../../src/host/archive.ts';
import { checkArchive } from '../../src/host/archive-check.ts';
import { createFiles } from '../../src/host/files/index.ts';
import { runTar } from '../../src/host/tar.ts';
import { unpack } from '../../src/host/unpack.ts';
import { HostError, InterruptedError } from '../../src/model/errors.ts';
import { passedOver, whyNoMounts } from '../fixture/needs.ts';
import { attributesOf, setAttributes, whyNoAttributes } from './attributes.ts';
import { isRoot, openFiles, PrivateMounts, Scratch } from './scratch.ts';

const TAR = '/usr/bin/tar';
const DIR = '/etc/ovirt-engine';
const NAMES = [
  'plain',
  'new\nline',
  'a\\nb',
  'é',
  'a -> b',
  '-x',
  '--',
  '*',
  ' ',
  '\t',
  '\u007f',
  "it's: Size differs",
];

const noAttributes = passedOver('Attributes in an archive', await whyNoAttributes());
const noMounts = passedOver('A full disk', whyNoMounts());

let scratch: Scratch;
let target: string;

beforeEach(() => {
  scratch = new Scratch();
  target = join(scratch.dir, 'files.tar.gz');
  for (const name of NAMES) scratch.write(`${DIR}/${name}`, `content of ${name}`, 0o640);
  scratch.write(`${DIR}/large`, Buffer.alloc(300_000, 'engine'));
  scratch.write(`${DIR}/not planned`, 'stays out');
});
afterEach(() => scratch.destroy());

function request(paths: readonly string[], more: Partial<ArchiveRequest> = {}): ArchiveRequest {
  const { signal } = new AbortController();
  return {
    tar: TAR,
    files: scratch.files,
    paths,
    target,
    timeoutMs: 20_000,
    signal,
    onBytes: () => undefined,
    ...more,
  };
}

/** A tar that runs a shell command before the real one works. */
function tarThat(before: string, when = '--create'): string {
  const tar = join(scratch.dir, 'tar');
  writeFileSync(tar, `#!/bin/sh\nif test "$1" = '${when}'; then\n${before}\nfi\nexec ${TAR} "$@"\n`, { mode: 0o755 });
  return tar;
}

function extract(): Scratch {
  const other = new Scratch();
  onTestFinished(() => other.destroy());
  // The command that the backup's README gives.
  execFileSync(
    TAR,
    [
      ...[
        '--extract',
        '--gzip',
        '--same-permissions',
        '--numeric-owner',
        '--acls',
        '--xattrs',
        '--xattrs-include=*',
        '--selinux',
      ],
      ...[`--file=${target}`, `--directory=${other.root}`],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  return other;
}

const planned = NAMES.map((name) => `${DIR}/${name}`);

describe('an archive', () => {
  it('has directories without what is in them, with owner and mode', async () => {
    chmodSync(scratch.real(DIR), 0o2750);
    const archive = await archiveFiles(request([planned[0]!], { dirs: ['/etc', DIR, '/etc/none', `${DIR}/large`] }));
    expect(archive!.dirs).toEqual(['/etc', DIR]);
    const back = extract();
    expect((await back.files.stat(DIR))?.mode).toBe(0o2750);
    expect(await back.files.list(DIR)).toEqual(['plain']);
  });

  it('gives each of two names of one file back alone', async () => {
    linkSync(scratch.real(planned[0]!), scratch.real(`${DIR}/second name`));
    const archive = await archiveFiles(request([planned[0]!, `${DIR}/second name`]));
    const [first, second] = archive!.images;
    expect([first?.link, second?.link]).toEqual([undefined, planned[0]]);
    const stage = new Scratch();
    onTestFinished(() => stage.destroy());
    const { tar, timeoutMs, signal } = request([]);
    await unpack({ tar, archive: target, timeoutMs, signal }, [second!.link!, `${DIR}/second name`], stage.root);
    expect(await stage.files.digest(`${DIR}/second name`, 'sha256')).toBe(
      await scratch.files.digest(planned[0]!, 'sha256'),
    );
  });

  it('holds exactly the planned files, whatever their names, and comes back with the README command', async () => {
    symlinkSync('/etc/none', scratch.real(`${DIR}/dangling`));
    symlinkSync('..', scratch.real(`${DIR}/up`));
    const paths = [...planned, `${DIR}/large`, `${DIR}/dangling`, `${DIR}/up`];
    const archive = await archiveFiles(request(paths));
    expect([...archive!.members.keys()]).toEqual(paths);
    const back = extract();
    expect(await back.files.glob('/**')).toEqual(
      [...paths].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    );
    for (const name of [...NAMES, 'large']) {
      expect(await back.files.digest(`${DIR}/${name}`, 'sha256'), name).toBe(
        await scratch.files.digest(`${DIR}/${name}`, 'sha256'),
      );
    }
    expect(await back.files.stat(`${DIR}/plain`)).toMatchObject({ mode: 0o640 });
    expect(await back.files.readLink(`${DIR}/dangling`)).toBe('/etc/none');
    expect(await back.files.readLink(`${DIR}/up`)).toBe('..');
  });

  it('is told with its size and digest, and readable by its owner only', async () => {
    const archive = await archiveFiles(request(planned));
    const bytes = readFileSync(target);
    expect(archive).toMatchObject({
      sizeBytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      said: '',
    });
    expect(statSync(target).mode & 0o7777).toBe(0o600);
    expect(archive!.members.get(`${DIR}/plain`)).toEqual(await scratch.identity(`${DIR}/plain`));
  });

  it.skipIf(noAttributes)('keeps owner, extended attributes, ACL and a hard link', async () => {
    const plain = scratch.real(`${DIR}/plain`);
    if (isRoot) chownSync(plain, 108, 109);
    setAttributes(plain);
    linkSync(plain, scratch.real(`${DIR}/hard`));
    await archiveFiles(request([`${DIR}/hard`, `${DIR}/plain`]));
    const back = extract();
    const read = (path: string): unknown => {
      const { uid, gid, mode } = statSync(path);
      return { uid, gid, mode, attributes: attributesOf(path) };
    };
    expect(attributesOf(plain).length).toBeGreaterThan(1);
    expect(read(back.real(`${DIR}/plain`))).toEqual(read(plain));
    expect((await back.identity(`${DIR}/plain`)).ino).toBe((await back.identity(`${DIR}/hard`)).ino);
  });

  it('leaves out what is gone, and is not made at all of nothing', async () => {
    const archive = await archiveFiles(request([`${DIR}/none`, `${DIR}/plain`, '/none/none']));
    expect([...archive!.members.keys()]).toEqual([`${DIR}/plain`]);
    const second = join(scratch.dir, 'second');
    expect(await archiveFiles(request([`${DIR}/none`], { target: second }))).toBeNull();
    expect(existsSync(second)).toBe(false);
  });

  it('takes paths that already contain the root', async () => {
    const archive = await archiveFiles(request([scratch.real(`${DIR}/plain`)]));
    expect([...archive!.members.keys()]).toEqual([`${DIR}/plain`]);
  });

  it('tells how far it is, up to the size of the files', async () => {
    const seen: [number, number][] = [];
    await archiveFiles(request([`${DIR}/large`], { onBytes: (done, expected) => seen.push([done, expected]) }));
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.at(-1)).toEqual([300_000, 300_000]);
    expect(seen.map(([done]) => done)).toEqual(seen.map(([done]) => done).sort((a, b) => a - b));
  });

  it('leaves no file open', async () => {
    await archiveFiles(request(planned, { target: join(scratch.dir, 'first') }));
    // Directories that were looked into stay open until the event loop turns.
    const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    await turn();
    const before = openFiles();
    await archiveFiles(request(planned));
    await expect(archiveFiles(request(planned))).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(archiveFiles(request(planned, { target: `${target}.2`, tar: tarThat('exit 2') }))).rejects.toThrow(
      HostError,
    );
    await turn();
    expect(openFiles()).toBe(before);
  });
});

describe('a failure while it is made leaves no archive:', () => {
  const failing = async (more: Partial<ArchiveRequest>, paths = planned): Promise<HostError> => {
    const error = await archiveFiles(request(paths, more)).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(Error);
    expect(existsSync(target)).toBe(false);
    return error as HostError;
  };

  it('tar is not there', async () => {
    expect(await failing({ tar: '/nonexistent/tar' })).toMatchObject({
      name: 'HostError',
      code: 'ENOENT',
      hint: expect.stringContaining('Install'),
    });
  });

  it('tar fails', async () => {
    const tar = tarThat('echo "tar: cannot do it" >&2; exit 2');
    expect(await failing({ tar })).toMatchObject({ code: 'exit 2', message: expect.stringContaining('cannot do it') });
  });

  it('tar is killed half-way', async () => {
    const tar = tarThat('head -c 20000 /dev/zero; kill -9 $$');
    expect(await failing({ tar })).toMatchObject({ code: 'exit SIGKILL' });
  });

  it('tar ends well but wrote only the beginning', async () => {
    const tar = tarThat(`${TAR} "$@" | head -c 8192; exit 0`);
    expect((await failing({ tar }, [...planned, `${DIR}/large`])).message).toMatch(/tar failed|not whole/);
  });

  it('tar leaves a file out', async () => {
    const tar = tarThat(`exec ${TAR} --exclude='*plain' "$@"`);
    expect((await failing({ tar })).message).toMatch(/not whole: .*plain is missing in it/);
  });

  it('a file vanishes', async () => {
    const tar = tarThat(`rm '${scratch.real(`${DIR}/plain`)}'`);
    expect((await failing({ tar })).message).toContain('plain');
  });

  it.each(['--create', '--compare'])('a file is edited (before %s)', async (when) => {
    const tar = tarThat(`echo more >>'${scratch.real(`${DIR}/plain`)}'`, when);
    expect((await failing({ tar })).message).toMatch(/plain.*(changed|differs)/);
  });

  it('a file is edited and has its old size and time again', async () => {
    const real = scratch.real(`${DIR}/plain`);
    utimesSync(real, 1_700_000_000, 1_700_000_000);
    const tar = tarThat(`printf 'CONTENT of plain' >'${real}'; touch -d @1700000000 '${real}'`, '--compare');
    expect((await failing({ tar })).message).toMatch(/plain: Contents differ/);
  });

  it('a directory on the way becomes a link to one outside', async () => {
    const outside = join(scratch.dir, 'outside');
    mkdirSync(outside);
    for (const name of NAMES) writeFileSync(join(outside, name), 'of somebody else');
    const real = scratch.real(DIR);
    expect(await failing({ tar: tarThat(`mv '${real}' '${real}.away'; ln -s '${outside}' '${real}'`) })).toMatchObject({
      code: 'ELOOP',
    });
  });

  it('a directory on the way is a link from the beginning', async () => {
    renameSync(scratch.real(DIR), join(scratch.dir, 'outside'));
    symlinkSync(join(scratch.dir, 'outside'), scratch.real(DIR));
    expect(await failing({})).toMatchObject({ code: 'ELOOP' });
  });

  it('a directory or FIFO stands where the plan saw a file', async () => {
    scratch.mkdir(`${DIR}/dir`);
    execFileSync('mkfifo', [scratch.real(`${DIR}/fifo`)]);
    expect((await failing({}, [`${DIR}/dir`])).message).toContain('no longer a file');
    expect((await failing({}, [`${DIR}/fifo`])).message).toContain('no longer a file');
  });

  it('tar hangs, and is ended', async () => {
    const pid = join(scratch.dir, 'pid');
    expect(await failing({ tar: tarThat(`echo $$ >'${pid}'; exec sleep 600`), timeoutMs: 1000 })).toMatchObject({
      code: 'ETIMEDOUT',
      message: expect.stringContaining('no progress'),
    });
    const process = Number(readFileSync(pid, 'utf8'));
    await vi.waitFor(() => expect(existsSync(`/proc/${process}`)).toBe(false), { timeout: 10_000 });
  });

  it('tar hangs after some progress, also when it is compared', async () => {
    expect(await failing({ tar: tarThat('exec sleep 600', '--compare'), timeoutMs: 1000 })).toMatchObject({
      code: 'ETIMEDOUT',
    });
  });

  it('the operator stops the run', async () => {
    const stop = new AbortController();
    const tar = tarThat('head -c 20000 /dev/zero; exec sleep 600');
    const error = await failing({ tar, signal: stop.signal, onBytes: () => stop.abort() });
    expect(error).toBeInstanceOf(InterruptedError);
    expect(await failing({ signal: stop.signal })).toBeInstanceOf(InterruptedError);
  });

  it.skipIf(noMounts)('the disk is full', async () => {
    const mounts = await PrivateMounts.make(`mount -t tmpfs -o size=64k none '${scratch.dir}'`);
    onTestFinished(() => mounts.end());
    scratch.write(`${DIR}/random`, execFileSync('head', ['-c', '300000', '/dev/urandom']));
    const small = mounts.path(target);
    const error = await failing({ target: small }, [`${DIR}/random`]);
    expect(error).toMatchObject({ code: 'ENOSPC', hint: expect.stringContaining('--backup-dir') });
    expect(error.message).toContain(small);
    expect(existsSync(small)).toBe(false);
  });
});

describe('an archive that is read back', () => {
  const sha256 = (): string => createHash('sha256').update(readFileSync(target)).digest('hex');
  const members = planned;
  let tarBytes: number;

  beforeEach(async () => {
    await archiveFiles(request([...planned, `${DIR}/large`]));
    tarBytes = gunzipSync(readFileSync(target)).length;
  });

  /** Checks it against its own digest, so that what fails is not the digest. */
  const check = (more: Partial<Parameters<typeof checkArchive>[2]> = {}): Promise<void> =>
    checkArchive(request([]), members, { sizeBytes: 0, sha256: more.sha256 ?? sha256(), tarBytes, ...more });

  it('passes when it is whole', async () => {
    await check();
  });

  it('fails when it is cut short', async () => {
    truncateSync(target, Math.floor(statSync(target).size * 0.7));
    await expect(check()).rejects.toThrow(/not whole/);
  });

  it('fails when only its last byte is missing', async () => {
    truncateSync(target, statSync(target).size - 1);
    await expect(check()).rejects.toThrow(/not whole/);
  });

  it('fails when there is a hole in it', async () => {
    const bytes = readFileSync(target);
    bytes.fill(0, Math.floor(bytes.length / 2), Math.floor(bytes.length / 2) + 64);
    writeFileSync(target, bytes);
    await expect(check()).rejects.toThrow(/not whole/);
  });

  it('fails when a member was cut off and the rest packed anew', async () => {
    const cut = gunzipSync(readFileSync(target)).subarray(0, 4096);
    writeFileSync(target, gzipSync(cut));
    await expect(check()).rejects.toThrow(/instead of/);
    await expect(check({ tarBytes: cut.length })).rejects.toThrow(HostError);
  });

  it('fails when its bytes are others than those written', async () => {
    await expect(check({ sha256: 'another' })).rejects.toThrow(/not those that were written/);
  });

  it('fails when it is gone', async () => {
    const digest = sha256();
    renameSync(target, `${target}.moved`);
    await expect(check({ sha256: digest })).rejects.toThrow(/not whole/);
  });

  it('fails when a byte of a file was changed and packed again', async () => {
    const tar = gunzipSync(readFileSync(target));
    tar.write('CONTENT', tar.indexOf('content of plain'));
    writeFileSync(target, gzipSync(tar));
    await expect(check()).rejects.toThrow(/plain: Contents differ/);
  });
});

it('tar may take as long as it likes while something comes', async () => {
  const tar = join(scratch.dir, 'slow');
  writeFileSync(tar, '#!/bin/sh\nfor piece in 1 2 3 4 5 6; do echo $piece; sleep 0.5; done\n', { mode: 0o755 });
  let told = '';
  const run = { tar, args: [], doing: 'counting', timeoutMs: 2500, signal: new AbortController().signal };
  await runTar(run, [], async (output) => {
    for await (const piece of output) told += piece.toString();
  });
  expect(told).toBe('1\n2\n3\n4\n5\n6\n');
});

it('below another root than the scratch one is relative to that root', async () => {
  const other = createFiles(scratch.real('/etc'));
  await archiveFiles(request(['/ovirt-engine/plain'], { files: other }));
  const listed = execFileSync(TAR, ['--list', '--gzip', `--file=${target}`], { encoding: 'utf8' });
  expect(listed).toBe('ovirt-engine/plain\n');
});
