/** A release that writes no marker, no records and no answers: none are looked for, whatever another release has there. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { DetectContext } from '../../src/detect/context.ts';
import { findCredentials } from '../../src/detect/credentials.ts';
import { findFiles } from '../../src/detect/files.ts';
import { findMarker, findRecords } from '../../src/detect/records.ts';
import { createFiles } from '../../src/host/files/index.ts';
import { g5 } from '../../src/layouts/g5.ts';
import { Vault } from '../../src/model/credentials.ts';
import type { Layout } from '../../src/model/layout.ts';

const RECORD = `${g5.records}/20250101000000-uninstall.conf`;
const ANSWERS = `${g5.answers}/20250101000000-setup.conf`;

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'engine-cleanup-without-marker-'));
  make(g5.marker, '[environment:default]\nOVESETUP_CORE/generatedByVersion=str:4.5.8\n');
  make(RECORD, '[file_group_core]\nfile.000.name = /etc/ovirt-engine/recorded.conf\n');
  make(`${RECORD}.a1b2c3d4.tmp`);
  make(
    ANSWERS,
    '[environment:default]\nOVESETUP_ENGINE_CORE/enable=bool:True\nOVESETUP_DB/host=str:h\nOVESETUP_DB/database=str:d\nOVESETUP_DB/user=str:u\nOVESETUP_DB/password=str:p\n',
  );
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function make(path: string, text = ''): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

async function look(layout: Layout) {
  const host = { files: createFiles(root), packages: { owners: async () => null } };
  const context = { root, layout, host, vault: new Vault(), note() {}, fault() {} } as unknown as DetectContext;
  const records = await findRecords(context);
  const marker = await findMarker(context);
  const { files } = await findFiles(context, records.merged, marker);
  const { byComponent, answered } = await findCredentials(context, []);
  return {
    marker: marker?.version ?? null,
    records: records.paths,
    files: files.map(({ path }) => path).sort(),
    answers: [byComponent.get('engine')?.map(({ source }) => source) ?? [], [...answered.keys()]],
  };
}

it('they are found where the release writes them', async () => {
  expect(await look(g5)).toEqual({
    marker: '4.5.8',
    records: [RECORD],
    files: [g5.marker, `${RECORD}.a1b2c3d4.tmp`].sort(),
    answers: [[ANSWERS], ['engine']],
  });
});

it('and nowhere else', async () => {
  const none = { marker: null, records: [], files: [], answers: [[], []] };
  expect(await look({ ...g5, marker: null, records: null, answers: null })).toEqual(none);
});
