/** Password files of a developer's killed setup in the machine's own /tmp: told, never removed. */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { DetectContext } from '../../src/detect/context.ts';
import type { FoundCredentials } from '../../src/detect/credentials.ts';
import { noteOutsideTmp } from '../../src/detect/outside-tmp.ts';
import { createFiles } from '../../src/host/files/index.ts';

/** Stands for the running machine. */
let live: string;
beforeEach(() => {
  live = mkdtempSync(join(tmpdir(), 'engine-cleanup-live-'));
  mkdirSync(join(live, 'tmp'));
});
afterEach(() => rmSync(live, { recursive: true, force: true }));

function leave(name: string, host: string, mode = 0o600): void {
  writeFileSync(join(live, 'tmp', name), `# DB USER credentials.\n${host}:5432:engine:engine:secret\n`);
  chmodSync(join(live, 'tmp', name), mode);
}

async function notes(): Promise<string[]> {
  const told: string[] = [];
  const context = { uid: process.getuid?.() ?? 0, note: (_: string, message: string) => told.push(message) };
  const found = { byComponent: new Map([['engine', [{ host: 'db', port: 5432, role: 'engine' }]]]) };
  await noteOutsideTmp(context as unknown as DetectContext, createFiles(live), found as unknown as FoundCredentials);
  return told;
}

it('tells those that name a database of this installation, and no others', async () => {
  leave('tmpabcd1234', 'db');
  leave('tmpothers_1', 'elsewhere');
  leave('tmpopen_123', 'db', 0o644);
  leave('tmp-by-name', 'db');
  const told = await notes();
  expect(told).toHaveLength(1);
  expect(told[0]).toContain('rm /tmp/tmpabcd1234');
  expect(told[0]).not.toContain('secret');
  expect(existsSync(join(live, 'tmp/tmpabcd1234'))).toBe(true);
});
