// `npm test`: everything. Checks, build, pure tests, real files, real PostgreSQL, and one whole host in a booted box.
// `npm test -- test/plan` runs the checks and the tests that match. The last line counts what ran.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

const top = new URL('..', import.meta.url).pathname;
const bin = (name) => join(top, 'node_modules/.bin', name);
const work = mkdtempSync(join(tmpdir(), 'engine-cleanup-test-'));
const narrow = process.argv.slice(2);
const total = { passed: 0, failed: 0, skipped: 0 };
/** What failed, told again at the end: it may stand thousands of lines above. */
const failures = [];

/** Runs one stage. One that fails without a failing test (a type, a file that cannot be loaded, no tests at all) counts as one failure. */
function stage(title, command, args, tests = () => ({ passed: 0, failed: 0, skipped: 0 })) {
  process.stdout.write(`\n== ${title}\n`);
  const { status, error } = spawnSync(command, args, { cwd: top, stdio: 'inherit' });
  if (error) process.stderr.write(`${error.message}\n`);
  const counted = tests();
  if (status !== 0 && counted.failed === 0) {
    counted.failed = 1;
    failures.push(`${title}: ended with ${status ?? error?.code ?? 'a signal'}`);
  }
  for (const key of Object.keys(total)) total[key] += counted[key];
}

function counts(file) {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8'));
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = report;
    for (const { name, assertionResults } of report.testResults) {
      for (const { status, fullName, failureMessages } of assertionResults) {
        if (status === 'failed') {
          failures.push(`${relative(top, name)}: ${fullName}\n    ${failureMessages.join('\n').slice(0, 2000)}`);
        }
      }
    }
    return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests + numTodoTests };
  } catch {
    return { passed: 0, failed: 0, skipped: 0 }; // it did not come so far: its exit code tells
  }
}

function testStage(title, config) {
  const out = join(work, `${config.replaceAll('/', '-')}.json`);
  // A narrowed run may have nothing to do in one of the stages.
  const filter = narrow.length > 0 ? ['--passWithNoTests', ...narrow] : [];
  const reporters = ['default', 'json', join(top, 'scripts/flaky-reporter.mjs')].map((name) => `--reporter=${name}`);
  const args = ['run', '--config', config, '--retry=1', ...reporters, `--outputFile.json=${out}`, ...filter];
  stage(title, bin('vitest'), args, () => counts(out));
}

stage('Types', bin('tsc'), ['--noEmit', '-p', top]);
stage('Style', bin('biome'), ['check', '.']);
stage('Build', process.execPath, [join(top, 'scripts/build.mjs')]);
testStage('Tests', 'vitest.config.ts');
testStage('A whole host (lab/)', 'lab/vitest.config.ts');
rmSync(work, { recursive: true, force: true });

if (failures.length > 0) process.stdout.write(`\nFailed:\n  ${failures.join('\n  ')}\n`);
const none = total.passed + total.failed === 0;
if (none) process.stdout.write(`\nNo test ran: npm test -- ${narrow.join(' ')}\n`);
process.stdout.write(
  `\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}\n`,
);
process.exitCode = total.failed > 0 || none ? 1 : 0;
