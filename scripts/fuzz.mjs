// `npm run fuzz -- 1000000`: as many inputs for each reader as told; without a number 200 000. `npm test` feeds 10 000.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const top = new URL('..', import.meta.url).pathname;
const inputs = process.argv[2] ?? '200000';
if (!/^[1-9]\d*$/.test(inputs)) {
  process.stderr.write(`This is no number of inputs: ${inputs}\n`);
  process.exit(2);
}
const { status } = spawnSync(join(top, 'node_modules/.bin/vitest'), ['run', 'test/fuzz'], {
  cwd: top,
  stdio: 'inherit',
  env: { ...process.env, FUZZ_INPUTS: inputs },
});
process.exitCode = status ?? 1;
