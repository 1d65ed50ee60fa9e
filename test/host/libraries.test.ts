/** The variable by which a program of PostgreSQL finds its libraries. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { libraryPath } from '../../src/host/libraries.ts';

/** A prefix as software collections have them. */
let prefix: string;
beforeEach(() => {
  prefix = mkdtempSync(join(tmpdir(), 'engine-cleanup-libraries-'));
  mkdirSync(`${prefix}/lib64`);
  vi.stubEnv('LD_LIBRARY_PATH', undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(prefix, { recursive: true, force: true });
});

it('names the lib64 beside a program of a software collection', () => {
  expect(libraryPath(`${prefix}/bin/pg_dump`)).toEqual({ LD_LIBRARY_PATH: `${prefix}/lib64` });
  rmSync(`${prefix}/lib64`, { recursive: true });
  expect(libraryPath(`${prefix}/bin/pg_dump`)).toEqual({});
});

it("names nothing for the system's own programs, whatever lies beside them", () => {
  for (const bin of ['/bin', '/usr/bin', '/usr/local/bin']) expect(libraryPath(`${bin}/pg_dump`)).toEqual({});
});

it('hands on what it is itself started with, after what belongs to the program', () => {
  vi.stubEnv('LD_LIBRARY_PATH', '/mine');
  expect(libraryPath('/usr/bin/pg_dump')).toEqual({ LD_LIBRARY_PATH: '/mine' });
  expect(libraryPath(`${prefix}/bin/pg_dump`)).toEqual({ LD_LIBRARY_PATH: `${prefix}/lib64:/mine` });
});
