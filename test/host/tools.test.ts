import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findTools, versionNumber } from '../../src/host/tools.ts';
import { postgresPrograms } from '../fixture/programs.ts';

let top: string;
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'engine-cleanup-tools-'));
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

/** A directory with programs that tell a version, or do something else. */
function directory(name: string, programs: Record<string, string>): string {
  const dir = join(top, name);
  mkdirSync(dir, { recursive: true });
  for (const [program, said] of Object.entries(programs)) {
    const script = said.startsWith('#!') ? said : `#!/bin/sh\necho "${program} (PostgreSQL) ${said}"\n`;
    writeFileSync(join(dir, program), script, { mode: 0o755 });
  }
  return dir;
}

const all = (version: string) => ({ pg_dump: version, pg_restore: version, psql: version });

describe('findTools', () => {
  it('takes the newest pg_dump, with pg_restore and psql from beside it', async () => {
    const dirs = [directory('old', all('9.2.24')), directory('new', all('15.14')), directory('older', all('12.3'))];
    expect(await findTools(dirs)).toEqual({
      pgDump: { path: `${dirs[1]}/pg_dump`, version: 150014 },
      pgRestore: { path: `${dirs[1]}/pg_restore`, version: 150014 },
      psql: { path: `${dirs[1]}/psql`, version: 150014 },
      tar: null,
    });
  });

  it('takes the first of equal versions', async () => {
    const dirs = [directory('a', all('13.1')), directory('b', all('13.1'))];
    expect((await findTools(dirs)).pgDump?.path).toBe(`${dirs[0]}/pg_dump`);
  });

  it('never pairs a pg_dump with the pg_restore of another installation', async () => {
    const alone = directory('alone', { pg_dump: '16.1' });
    const pair = directory('pair', all('13.2'));
    const { pgDump, pgRestore } = await findTools([alone, pair]);
    expect([pgDump?.path, pgRestore?.path]).toEqual([`${pair}/pg_dump`, `${pair}/pg_restore`]);
  });

  it('tells a pg_dump without a pg_restore, and a psql without either', async () => {
    const dirs = [directory('alone', { pg_dump: '16.1' }), directory('client', { psql: '13.2' })];
    expect(await findTools(dirs)).toMatchObject({
      pgDump: { version: 160001 },
      pgRestore: null,
      psql: { path: `${dirs[1]}/psql` },
    });
  });

  it('does not use a program that fails, says something else, or may not be executed', async () => {
    const broken = directory('broken', {
      ...all('17.0'),
      pg_dump: '#!/bin/sh\necho libpq.so.5: not found >&2; exit 127\n',
    });
    const other = directory('other', { ...all('17.0'), pg_restore: '#!/bin/sh\necho hello\n' });
    const locked = directory('locked', all('17.0'));
    chmodSync(join(locked, 'pg_dump'), 0o644);
    const good = directory('good', all('13.2'));
    const { pgDump, silent } = await findTools([broken, other, locked, good]);
    expect(pgDump?.path).toBe(`${good}/pg_dump`);
    expect(silent).toEqual([
      { path: `${broken}/pg_dump`, why: expect.stringContaining('not found') },
      { path: `${other}/pg_restore`, why: expect.stringContaining('hello') },
    ]);
  });

  it("passes Debian's wrapper over, which runs a pg_dump of its own choice", async () => {
    const wrapper = directory('share', { pg_wrapper: `#!/bin/sh\necho "pg_dump (PostgreSQL) 17.0"\n` });
    const bin = directory('bin', {});
    for (const name of ['pg_dump', 'pg_restore', 'psql']) symlinkSync(join(wrapper, 'pg_wrapper'), join(bin, name));
    const real = directory('real', all('13.2'));
    expect((await findTools([bin, real])).pgDump?.path).toBe(`${real}/pg_dump`);
    expect(await findTools([bin])).toEqual({ pgDump: null, pgRestore: null, psql: null, tar: null });
  });

  it('finds the real programs of this machine and tar, when their directory is in PATH', async () => {
    const { bin, env, major } = await postgresPrograms();
    const before = { PATH: process.env.PATH, LD_LIBRARY_PATH: process.env.LD_LIBRARY_PATH };
    Object.assign(process.env, env);
    try {
      const { pgDump, pgRestore, psql, tar } = await findTools();
      expect(Math.floor(pgDump!.version / 10000)).toBeGreaterThanOrEqual(major);
      expect(pgRestore!.version).toBe(pgDump!.version);
      expect(psql!.path.replace(/[^/]+$/, '')).toBe(pgDump!.path.replace(/[^/]+$/, ''));
      expect(tar!.path).toMatch(/^\/.*\/tar$/);
      expect((await findTools([bin])).pgDump!.path).toBe(`${bin}/pg_dump`);
    } finally {
      process.env.PATH = before.PATH;
      if (before.LD_LIBRARY_PATH === undefined) delete process.env.LD_LIBRARY_PATH;
      else process.env.LD_LIBRARY_PATH = before.LD_LIBRARY_PATH;
    }
  });
});

describe('versionNumber', () => {
  it.each([
    ['pg_dump (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)', 150014],
    ['psql (PostgreSQL) 9.2.24', 90224],
    ['pg_dump (PostgreSQL) 8.4.20', 80420],
    ['pg_restore (PostgreSQL) 18beta1', 180000],
    ['pg_dump (PostgreSQL) 12.0', 120000],
  ])('of %s is %d', (text, version) => {
    expect(versionNumber(text)).toBe(version);
  });

  it('of anything else is none', () => {
    expect(versionNumber('tar (GNU tar) 1.34')).toBeNull();
  });
});
