// `npm run faults`: a fault at every call of the program that changes something, and at a spread of those that look, and all hostile trees and contents; `npm run faults -- 20`: so many for each kind of call.
// `npm test` tries a few of each. The lines with "faults" count what was injected, by kind. FAULTS_SEED chooses other places.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const top = new URL('..', import.meta.url).pathname;
const each = process.argv[2] ?? 'all';
if (!/^(?:all|[1-9]\d*)$/.test(each)) {
  process.stderr.write(`This is no number of faults: ${each}\n`);
  process.exit(2);
}
const { status } = spawnSync(
  join(top, 'node_modules/.bin/vitest'),
  ['run', '--reporter=verbose', 'test/faults', 'test/hostile'],
  {
    cwd: top,
    stdio: 'inherit',
    env: { ...process.env, FAULTS: each },
  },
);
process.exitCode = status ?? 1;
