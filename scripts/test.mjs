// `npm test`: everything. Checks, build, pure tests, real files, real PostgreSQL, and one whole host in a booted box.
// `npm test -- test/plan` runs the checks and the tests that match. The last line counts what ran.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { collectFigures } from './figures.mjs';

const top = new URL('..', import.meta.url).pathname;
const bin = (name) => join(top, 'node_modules/.bin', name);
const work = mkdtempSync(join(tmpdir(), 'engine-cleanup-test-'));
const narrow = process.argv.slice(2);
const figures = collectFigures();
const env = { ...process.env, ...figures.env };
const total = { passed: 0, failed: 0, skipped: 0 };
/** What failed, told again at the end: it may stand thousands of lines above. */
const failures = [];

/** Adds up one stage that ended. One that fails without a failing test (a type, a file that cannot be loaded, no tests at all) counts as one failure. */
function add(title, { status, error }, counted = { passed: 0, failed: 0, skipped: 0 }) {
  if (error) process.stderr.write(`${error.message}\n`);
  if (status !== 0 && counted.failed === 0) {
    counted.failed = 1;
    failures.push(`${title}: ended with ${status ?? error?.code ?? 'a signal'}`);
  }
  for (const key of Object.keys(total)) total[key] += counted[key];
}

function head(title) {
  process.stdout.write(`\n== ${title}\n`);
}

function stage(title, command, args) {
  head(title);
  add(title, spawnSync(command, args, { cwd: top, stdio: 'inherit' }));
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

/** Tests that run beside each other would install it in the midst of those that look at the machine. */
const INSTALL = `import { runTypescript } from ${JSON.stringify(`${top}scripts/run-typescript.mjs`)}; await runTypescript('test/fixture/debian-packages.ts');`;

const reportOf = (config) => join(work, `${config.replaceAll('/', '-')}.json`);

function testArgs(config) {
  // A narrowed run may have nothing to do in one of the stages.
  const filter = narrow.length > 0 ? ['--passWithNoTests', ...narrow] : [];
  const reporters = ['default', 'json', join(top, 'scripts/flaky-reporter.mjs')].map((name) => `--reporter=${name}`);
  return ['run', '--config', config, '--retry=1', ...reporters, `--outputFile.json=${reportOf(config)}`, ...filter];
}

/** Tests of a whole host wait for its services most of the time: they run beside the others, and are heard after them. */
function beside(config) {
  const path = join(work, 'beside.log');
  const log = openSync(path, 'w');
  const child = spawn(bin('vitest'), testArgs(config), { cwd: top, stdio: ['ignore', log, log], env });
  const ended = new Promise((resolve) => {
    child.on('error', (error) => resolve({ status: null, error }));
    child.on('exit', (status) => resolve({ status }));
  });
  return async (title) => {
    const result = await ended;
    head(title);
    process.stdout.write(readFileSync(path));
    add(title, result, counts(reportOf(config)));
  };
}

stage('Types', bin('tsc'), ['--noEmit', '-p', top]);
stage('Style', bin('biome'), ['check', '.']);
stage('Build', process.execPath, [join(top, 'scripts/build.mjs')]);
// Of a narrowed run each test installs what it needs itself.
if (narrow.length === 0) stage('Debian packages', process.execPath, ['--input-type=module', '--eval', INSTALL]);
const lab = beside('lab/vitest.config.ts');
head('Tests');
const config = 'vitest.config.ts';
add('Tests', spawnSync(bin('vitest'), testArgs(config), { cwd: top, stdio: 'inherit', env }), counts(reportOf(config)));
await lab('A whole host (lab/)');
figures.tell();
rmSync(work, { recursive: true, force: true });

if (failures.length > 0) process.stdout.write(`\nFailed:\n  ${failures.join('\n  ')}\n`);
const none = total.passed + total.failed === 0;
if (none) process.stdout.write(`\nNo test ran: npm test -- ${narrow.join(' ')}\n`);
process.stdout.write(
  `\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}\n`,
);
process.exitCode = total.failed > 0 || none ? 1 : 0;
