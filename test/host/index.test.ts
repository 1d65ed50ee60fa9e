import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHost } from '../../src/host/index.ts';
import { makeFile } from './services/orphans.ts';

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'engine-cleanup-host-')));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('a host below a root', () => {
  it('is looked at below that root, by every door', async () => {
    makeFile(root, 'etc/file', 'text');
    makeFile(root, 'etc/init.d/sample', '#!/bin/sh\n', 0o755);
    const { files, services, packages } = createHost({ root, timeoutMs: 1000 });
    expect(await files.readText('/etc/file')).toBe('text');
    expect(await services.states(['sample'])).toMatchObject([{ manager: 'sysv', exists: true }]);
    expect(await packages.version('sample')).toBe('unknown');
  });

  it('knows no local superuser: the account of this machine has no business there', () => {
    expect(createHost({ root, timeoutMs: 1000 }).databases.admin(5432, 'postgres', 1000)).toBeNull();
  });
});
