// `npm run sequences`: every whole-host sequence on every release; `npm test` plays some of them. `npm run sequences -- 4.3` plays those whose title matches.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const top = new URL('..', import.meta.url).pathname;
const only = process.argv.slice(2).flatMap((word) => ['-t', word]);
const args = ['run', '--reporter=verbose', '--config', 'lab/vitest.config.ts', 'lab/sequences', ...only];
const { status } = spawnSync(join(top, 'node_modules/.bin/vitest'), args, {
  cwd: top,
  stdio: 'inherit',
  env: { ...process.env, LAB_SEQUENCES: 'all' },
});
process.exitCode = status ?? 1;
