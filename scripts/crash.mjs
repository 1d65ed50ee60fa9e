// `npm run crash`: kills runs at every place, each on a host of its own, and adds up how many of the next runs came to the same end. `npm test` tries some of them. Takes hours on a small machine;
// `--in-turn`: on each host one run after the other, before, in and after each of its steps. `npm run crash -- system-calls` is one file of test/crash, and with CRASH_CALLS=300 kills only at so many calls.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { collectFigures } from './figures.mjs';

const top = new URL('..', import.meta.url).pathname;
const figures = collectFigures();
const words = process.argv.slice(2);
const inTurn = words.includes('--in-turn');
const only = words.filter((word) => word !== '--in-turn').map((word) => `test/crash/${word}`);
const { status } = spawnSync(
  join(top, 'node_modules/.bin/vitest'),
  ['run', ...(only.length > 0 ? only : ['test/crash'])],
  {
    cwd: top,
    stdio: 'inherit',
    env: { ...process.env, CRASH: inTurn ? 'turn' : 'all', ...figures.env },
  },
);
figures.tell(true);
process.exitCode = status ?? 1;
