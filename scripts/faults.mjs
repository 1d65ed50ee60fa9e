// `npm run faults`: every error of the kind at every call of the program that changes something, and at a spread of those that look, and all hostile trees and contents; takes a day and more.
// `npm run faults -- 20`: so many faults for each kind of call, its errors in turn. `npm test` tries each error once. The lines with "faults" count what was injected, by kind, and the last ones add
// up. FAULTS_SEED chooses other places.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { collectFigures } from './figures.mjs';

const top = new URL('..', import.meta.url).pathname;
const each = process.argv[2] ?? 'all';
if (!/^(?:all|[1-9]\d*)$/.test(each)) {
  process.stderr.write(`This is no number of faults: ${each}\n`);
  process.exit(2);
}
const figures = collectFigures();
const { status } = spawnSync(
  join(top, 'node_modules/.bin/vitest'),
  ['run', '--reporter=verbose', 'test/faults', 'test/hostile'],
  {
    cwd: top,
    stdio: 'inherit',
    env: { ...process.env, FAULTS: each, ...figures.env },
  },
);
figures.tell(true);
process.exitCode = status ?? 1;
