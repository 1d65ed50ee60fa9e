/** Putting back files and links whole: everything they had, over nothing but what was seen, and never through a link. */
import {
  chmodSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFiles } from '../../../src/host/files/index.ts';
import { passedOver } from '../../fixture/needs.ts';
import { attributesOf, setAttributes, whyNoAttributes } from '../attributes.ts';
import { Scratch } from '../scratch.ts';

const skip = passedOver('Attributes of files that are put back', await whyNoAttributes());

let scratch: Scratch;
let stage: Scratch;
beforeEach(() => {
  scratch = new Scratch();
  stage = new Scratch();
  mkdirSync(scratch.real('/etc/dir'), { recursive: true });
});
afterEach(() => {
  scratch.destroy();
  stage.destroy();
});

const put = (path: string, staged: string, expect = null as Awaited<ReturnType<Scratch['identity']>> | null) =>
  createFiles(scratch.root).putAll([{ path, staged: stage.real(staged), expect, anchor: '/etc' }]);

describe('putting back', () => {
  it('gives a file its content, mode, owner and time, and leaves nothing beside it', async () => {
    stage.write('/file', 'content', 0o640);
    utimesSync(stage.real('/file'), 1_700_000_000, 1_700_000_000.125);
    const { uid, gid } = lstatSync(stage.real('/file'));
    await put('/etc/dir/file', '/file');
    expect(readFileSync(scratch.real('/etc/dir/file'), 'utf8')).toBe('content');
    const { mode, mtimeMs, ...now } = lstatSync(scratch.real('/etc/dir/file'));
    expect({ mode: mode & 0o7777, mtimeMs, uid: now.uid, gid: now.gid }).toEqual({
      mode: 0o640,
      mtimeMs: 1_700_000_000_125,
      uid,
      gid,
    });
    expect(readdirSync(scratch.real('/etc/dir'))).toEqual(['file']);
  });

  it('gives a link its text and its time, wherever it leads', async () => {
    symlinkSync('/nowhere/at all', stage.real('/link'));
    lutimesSync(stage.real('/link'), 1_700_000_000, 1_700_000_000);
    await put('/etc/dir/link', '/link');
    expect(readlinkSync(scratch.real('/etc/dir/link'))).toBe('/nowhere/at all');
    expect(lstatSync(scratch.real('/etc/dir/link')).mtimeMs).toBe(1_700_000_000_000);
  });

  it.skipIf(skip)('gives it extended attributes, ACL and label', async () => {
    stage.write('/file', 'content');
    setAttributes(stage.real('/file'));
    const attributes = attributesOf(stage.real('/file'));
    await put('/etc/dir/file', '/file');
    expect(attributesOf(scratch.real('/etc/dir/file'))).toEqual(attributes);
  });

  it('replaces what was seen, and nothing else', async () => {
    scratch.write('/etc/dir/file', 'seen');
    const seen = await scratch.identity('/etc/dir/file');
    stage.write('/one', 'old');
    await put('/etc/dir/file', '/one', seen);
    expect(readFileSync(scratch.real('/etc/dir/file'), 'utf8')).toBe('old');
    stage.write('/two', 'older');
    await expect(put('/etc/dir/file', '/two', seen)).rejects.toThrow(/another file than the plan saw/);
    stage.write('/three', 'oldest');
    await expect(put('/etc/dir/file', '/three')).rejects.toThrow(/is there since the plan was made/);
    await expect(put('/etc/dir/gone', '/three', seen)).rejects.toThrow(/is gone since/);
    expect(readFileSync(scratch.real('/etc/dir/file'), 'utf8')).toBe('old');
    expect(readdirSync(scratch.real('/etc/dir'))).toEqual(['file']);
  });

  it('makes an empty directory with its mode, and cannot be led to another by whoever swaps it meanwhile', async () => {
    mkdirSync(stage.real('/made'));
    chmodSync(stage.real('/made'), 0o2750);
    await put('/etc/dir/made', '/made');
    expect(lstatSync(scratch.real('/etc/dir/made')).mode & 0o7777).toBe(0o2750);

    mkdirSync(stage.real('/other'), { mode: 0o700 });
    mkdirSync(scratch.real('/theirs'), { mode: 0o755 });
    const bin = scratch.real('/bin');
    mkdirSync(bin);
    const swap = `cd '${scratch.real('/etc/dir')}' && mv other.*.tmp away && ln -s '${scratch.real('/theirs')}' "$(ls -d away | sed "s/away/$N/")"`;
    writeFileSync(
      `${bin}/cp`,
      `#!/bin/sh\nN=$(basename '${scratch.real('/etc/dir')}'/other.*.tmp)\n${swap}\nexec /usr/bin/cp "$@"\n`,
      { mode: 0o755 },
    );
    const path = process.env.PATH;
    process.env.PATH = `${bin}:${path}`;
    try {
      await expect(put('/etc/dir/other', '/other')).rejects.toThrow(/was swapped while it was made/);
    } finally {
      process.env.PATH = path;
    }
    expect(lstatSync(scratch.real('/theirs')).mode & 0o7777).toBe(0o755);
    expect(readdirSync(scratch.real('/etc/dir')).sort()).toEqual(['away', 'made']);
  });

  it.each(['mkfifo', 'mkdir', 'ln -s /etc/passwd'])(
    'puts nothing in place that somebody made of a copy (%s), and does not wait for him',
    { timeout: 20_000 },
    async (make) => {
      stage.write('/file', 'content');
      const bin = stage.real('/bin');
      mkdirSync(bin);
      const swap = `T=$(echo '${scratch.real('/etc/dir')}'/file.*.tmp); rm "$T"; ${make} "$T"`;
      writeFileSync(`${bin}/cp`, `#!/bin/sh\n/usr/bin/cp "$@"\n${swap}\n`, { mode: 0o755 });
      const path = process.env.PATH;
      process.env.PATH = `${bin}:${path}`;
      try {
        await expect(put('/etc/dir/file', '/file')).rejects.toThrow(/cannot be put back|swapped/);
      } finally {
        process.env.PATH = path;
      }
      expect(readdirSync(scratch.real('/etc/dir'))).toEqual([]);
    },
  );

  it('follows no link on the way, and makes no directory', async () => {
    mkdirSync(scratch.real('/elsewhere'));
    symlinkSync('../elsewhere', scratch.real('/etc/link'));
    stage.write('/file', 'content');
    await expect(put('/etc/link/file', '/file')).rejects.toThrow(/is a symbolic link/);
    await expect(put('/etc/missing/file', '/file')).rejects.toThrow(/does not exist/);
    expect(readdirSync(scratch.real('/elsewhere'))).toEqual([]);
  });
});
