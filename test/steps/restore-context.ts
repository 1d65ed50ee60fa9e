/** What steps of a restore work with, below a scratch root: the backup that they put back from is the one that `backup` archives into. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Backup } from '../../src/backup/backup.ts';
import { layoutOf } from '../../src/layouts/index.ts';
import type { Plan } from '../../src/model/plan.ts';
import type { StepContext } from '../../src/steps/context.ts';
import type { Scratch } from '../host/scratch.ts';

export function restoreContext(scratch: Scratch): StepContext & { backup: Backup } {
  const backup = new Backup(join(scratch.dir, 'backup'), 'run');
  const runDir = join(scratch.dir, 'restore');
  for (const dir of [backup.dir, runDir]) mkdirSync(dir);
  const used: Partial<StepContext> = {
    plan: { root: scratch.root, restores: { run: 'run', backup: backup.dir }, steps: [] } as unknown as Plan,
    host: { files: scratch.files } as StepContext['host'],
    layout: layoutOf('4.5')!,
    tools: { pgDump: null, pgRestore: null, psql: null, tar: { path: '/usr/bin/tar' } },
    timeoutMs: 20_000,
    backup,
    runDir,
    onBytes: () => undefined,
    signal: new AbortController().signal,
  };
  return used as StepContext & { backup: Backup };
}
