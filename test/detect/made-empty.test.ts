/** Grafana's database: setup makes it empty at once and writes down that it did much later. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { DetectContext } from '../../src/detect/context.ts';
import { findFiles } from '../../src/detect/files.ts';
import { findMarker, findRecords } from '../../src/detect/records.ts';
import { createFiles } from '../../src/host/files/index.ts';
import { g5 } from '../../src/layouts/g5.ts';
import { Vault } from '../../src/model/credentials.ts';

const DATABASE = '/var/lib/grafana/grafana.db';
const SAID = '[environment:default]\nOVESETUP_GRAFANA_CORE/grafanaDbCreatedByUs=bool:True\n';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'engine-cleanup-made-empty-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function make(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

it.each([
  ['empty, and no marker: a killed setup left it', '', null, true],
  ['full, and no marker: somebody else’s Grafana', 'SQLite format 3', null, false],
  ['full, and the marker says that setup made it', 'SQLite format 3', SAID, true],
])('%s', async (_, content, marker, isOurs) => {
  make(DATABASE, content);
  if (marker !== null) make(g5.marker!, marker);
  const host = { files: createFiles(root), packages: { owners: async () => null } };
  const context = { root, layout: g5, host, vault: new Vault(), note() {}, fault() {} } as unknown as DetectContext;
  const { merged } = await findRecords(context);
  const { files } = await findFiles(context, merged, await findMarker(context));
  expect(files.some(({ path }) => path === DATABASE)).toBe(isOurs);
});
