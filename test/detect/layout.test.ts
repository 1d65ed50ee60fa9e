/** Which layout a host is read with, when there is more than one, in whatever order they stand. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DetectContext } from '../../src/detect/context.ts';
import type { LayoutFinding } from '../../src/detect/layout.ts';
import { createFiles } from '../../src/host/files/index.ts';
import { g5 } from '../../src/layouts/g5.ts';
import type { Layout } from '../../src/model/layout.ts';

const OLD_FILE = '/etc/sysconfig/ovirt-engine';
/** A release of its own, told by a file that 4.5 does not know. */
const old: Layout = {
  ...g5,
  releases: ['3.6'],
  marker: '/etc/ovirt-engine-setup.conf.d/old-marker.conf',
  packageName: 'old-engine',
  components: [
    {
      id: 'engine',
      title: 'Engine',
      enabledBy: [],
      shownBy: [OLD_FILE],
      services: [],
      files: [{ path: OLD_FILE, phase: 'drop-ins', why: 'written by setup' }],
    },
  ],
};

let root: string;
let installed: Record<string, string>;

function make(path: string, text = ''): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** What is found with the layouts in this order. */
async function finding(layouts: readonly Layout[], fixed: Layout | null = null): Promise<LayoutFinding> {
  vi.resetModules();
  vi.doMock('../../src/layouts/index.ts', async (original) => {
    const real = await original<typeof import('../../src/layouts/index.ts')>();
    return {
      ...real,
      LAYOUTS: layouts,
      layoutOf: (release: string | null) =>
        layouts.find((one) => one.releases.some((known) => known === release)) ?? null,
      newestLayout: () => g5,
    };
  });
  const { findLayout } = await import('../../src/detect/layout.ts');
  const packages = {
    version: async (name: string) => (name in installed ? { version: installed[name]!, installedAt: 0 } : null),
  };
  const context = { root, host: { files: createFiles(root), packages }, note() {}, fault() {} };
  return findLayout(context as unknown as DetectContext, fixed);
}

/** Releases of the layout that is chosen. */
async function chosen(layouts: readonly Layout[], fixed: Layout | null = null): Promise<readonly string[]> {
  return (await finding(layouts, fixed)).layout.releases;
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'engine-cleanup-layout-'));
  installed = {};
});
afterEach(() => {
  vi.doUnmock('../../src/layouts/index.ts');
  rmSync(root, { recursive: true, force: true });
});

describe.each([
  ['oldest first', [old, g5]],
  ['newest first', [g5, old]],
])('%s', (_, layouts) => {
  it('is the one of the release that a marker names, wherever that release keeps its marker', async () => {
    make(old.marker!, '[environment:default]\nOVESETUP_CORE/generatedByVersion=str:3.6.1\n');
    expect(await chosen(layouts)).toEqual(['3.6']);
  });

  it('is the one of the release that a package names', async () => {
    installed = { 'old-engine': '3.6.2-1.el7' };
    expect(await chosen(layouts)).toEqual(['3.6']);
  });

  it('is the one whose files are there, where neither tells', async () => {
    make(OLD_FILE);
    expect(await chosen(layouts)).toEqual(['3.6']);
    make('/etc/ovirt-engine/engine.conf.d/10-setup-database.conf');
    make('/etc/ovirt-engine/engine.conf.d/10-setup-protocols.conf');
    expect(await chosen(layouts)).toEqual(g5.releases);
  });

  it('is the newest where nothing tells', async () => {
    expect(await chosen(layouts)).toEqual(g5.releases);
  });

  it('is the one of an earlier look, which may have been at a marker that is gone by now', async () => {
    expect(await chosen(layouts, old)).toEqual(['3.6']);
  });

  it('no secret of any release is read from a marker, whichever layout it is found by', async () => {
    const shared = layouts.map((layout) => (layout === old ? { ...old, marker: g5.marker, secretKeys: [] } : layout));
    make(g5.marker, `[environment:default]\n${g5.secretKeys[0]}=str:hunter2\nA/b=str:c\n`);
    const { marker } = await finding(shared);
    expect(marker?.values).toEqual({ [g5.secretKeys[0]!]: null, 'A/b': 'c' });
  });
});
