/** Which components are set up here: the marker's word, else the files that show them, else the answers of a setup that was rolled back. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findComponents } from '../../src/detect/components.ts';
import type { DetectContext } from '../../src/detect/context.ts';
import { createFiles } from '../../src/host/files/index.ts';
import { g32 } from '../../src/layouts/g2.ts';
import { g5 } from '../../src/layouts/g5.ts';
import type { FileFact, MarkerFacts } from '../../src/model/facts.ts';
import type { ComponentId, Layout } from '../../src/model/layout.ts';
import { credentials, file } from '../plan/facts.ts';

const DWH_FILE = '/etc/ovirt-engine-dwh/ovirt-engine-dwhd.conf.d/10-setup-uuid.conf';
const CA = '/etc/pki/ovirt-engine/ca.pem';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'engine-cleanup-components-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function make(...paths: string[]): void {
  for (const path of paths) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), '');
  }
}

interface Told {
  marker?: MarkerFacts['values'];
  files?: FileFact[];
  answered?: [ComponentId, boolean][];
  off?: ComponentId[];
}

function found({ marker, files = [], answered = [], off = [] }: Told = {}) {
  const context = { root, layout: g5, host: { files: createFiles(root) } } as unknown as DetectContext;
  const facts = marker === undefined ? null : { path: g5.marker, version: '4.5.8', values: marker };
  return findComponents(context, facts, files, {
    switchedOff: new Set(off),
    byComponent: new Map(),
    answered: new Map(answered),
  });
}

it("follows the marker's word, whatever files are there", async () => {
  make(DWH_FILE, CA);
  const marker = { 'OVESETUP_ENGINE_CORE/enable': true, 'OVESETUP_DWH_CORE/enable': false };
  expect(await found({ marker })).toEqual({ components: ['engine'], said: ['engine'] });
});

it('goes by files where there is no marker, and by all but the keys where it does not speak of a component', async () => {
  make(DWH_FILE, CA);
  expect(await found()).toEqual({ components: ['dwh', 'engine'], said: [] });
  expect(await found({ marker: {} })).toEqual({ components: ['dwh'], said: [] });
});

it('takes a copy of such a file for the file, which a killed setup leaves', async () => {
  const copy = file(`${DWH_FILE}.a1b2c3d4.tmp`, 'state', { copyOf: DWH_FILE });
  expect(await found({ files: [copy] })).toEqual({ components: ['dwh'], said: [] });
});

it('believes the answers of a setup that was rolled back, but no answer against a marker or a file', async () => {
  expect(await found({ answered: [['engine', true]] })).toEqual({ components: ['engine'], said: ['engine'] });
  expect(await found({ answered: [['engine', true]], marker: {} })).toEqual({ components: [], said: [] });
  make(DWH_FILE);
  expect((await found({ answered: [['dwh', false]] })).components).toEqual(['dwh']);
});

it('leaves out what its own drop-in switches off', async () => {
  make(DWH_FILE);
  expect((await found({ off: ['dwh'], answered: [['dwh', true]] })).components).toEqual([]);
});

it('is shown by credentials in a file that its own setup alone writes, or in a copy of it', async () => {
  const named = (source: string, layout: Layout = g32) => {
    const context = { root, layout, host: { files: createFiles(root) } } as unknown as DetectContext;
    const byComponent = new Map([['dwh' as ComponentId, [credentials('dwh', source)]]]);
    return findComponents(context, null, [], { switchedOff: new Set(), answered: new Map(), byComponent });
  };
  const properties = '/etc/ovirt-engine/ovirt-engine-dwh/Default.properties';
  expect((await named(properties)).components).toEqual(['dwh']);
  expect((await named(`${properties}.rpmsave`)).components).toEqual(['dwh']);
  expect((await named(`${properties}2`)).components).toEqual([]);
  // Where a later release has a drop-in of its own, the old file names a database and shows nothing.
  expect((await named(properties, g5)).components).toEqual([]);
});
