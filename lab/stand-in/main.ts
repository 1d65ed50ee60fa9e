/**
 * Stand-in for engine-setup: leaves a host as the setup of a release does, and on another run refuses or misbehaves where the real one does. It shares no code with the
 * program under test. The last line of standard output is the outcome as JSON; exit 0 for success, 1 for a run that failed or refused, 2 for a bad command line.
 */
import { UsageError } from './base/abort.ts';
import { makeContext, type Outcome } from './base/context.ts';
import { parseOptions } from './base/options.ts';
import { isScripted } from './base/releases.ts';
import { otopiSetup } from './otopi/setup.ts';
import { scriptedSetup } from './scripted/setup.ts';

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function run(argv: readonly string[]): number {
  try {
    const context = makeContext(parseOptions(argv), say);
    say(`engine-setup ${context.release.version} (stand-in)`);
    const outcome: Outcome = isScripted(context.release) ? scriptedSetup(context) : otopiSetup(context);
    if (outcome.failed !== null) say(`Failed to execute: ${outcome.failed}`);
    say(JSON.stringify({ release: context.release.version, ...outcome }));
    return outcome.failed === null ? 0 : 1;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`engine-setup: ${error.message}\n`);
    return 2;
  }
}

process.umask(0o022);
process.exitCode = run(process.argv.slice(2));
