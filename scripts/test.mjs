// `npm test`: everything. Checks, build, pure tests, real files, real PostgreSQL, and one whole host in a booted box.
// Each stage does its own set-up. The last line counts what ran.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const top = new URL('..', import.meta.url).pathname;
const bin = (name) => join(top, 'node_modules/.bin', name);
const work = mkdtempSync(join(tmpdir(), 'engine-cleanup-test-'));
const narrow = process.argv.slice(2);

function stage(title, command, args, env = {}) {
  process.stdout.write(`\n== ${title}\n`);
  const { status } = spawnSync(command, args, { cwd: top, stdio: 'inherit', env: { ...process.env, ...env } });
  return status === 0;
}

function counts(file) {
  try {
    const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(file, 'utf8'));
    return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

const ok = [];
ok.push(stage('Types', bin('tsc'), ['--noEmit', '-p', top]));
ok.push(stage('Style', bin('biome'), ['check', '.']));
ok.push(stage('Build', process.execPath, [join(top, 'scripts/build.mjs')]));
const total = { passed: 0, failed: 0, skipped: 0 };
for (const [title, config] of [
  ['Tests', 'vitest.config.ts'],
  ['A whole host (lab/)', 'lab/vitest.config.ts'],
]) {
  const out = join(work, `${config.replaceAll('/', '-')}.json`);
  const args = ['run', '--config', config, '--reporter=default', '--reporter=json', `--outputFile=${out}`, ...narrow];
  ok.push(stage(title, bin('vitest'), args));
  const one = counts(out);
  for (const key of Object.keys(total)) total[key] += one[key];
}
rmSync(work, { recursive: true, force: true });
const failed = Math.max(total.failed, ok.includes(false) ? 1 : 0);
process.stdout.write(
  `\n${total.passed} passed, ${failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}\n`,
);
process.exitCode = failed > 0 || total.passed === 0 ? 1 : 0;
