/** One invocation: command line → session → exit code. */
import { UsageError } from '../model/errors.ts';
import { makeReport } from '../report.ts';
import { toJson } from './json.ts';
import { optionPorts } from './option-ports.ts';
import { VERBS } from './option-table.ts';
import { type Options, parseArguments, wantsJson } from './options.ts';
import { renderError } from './render-report.ts';
import { type Invocation, Session } from './session.ts';
import { openTerminal } from './terminal.ts';
import { openWork } from './work.ts';

export type { Invocation } from './session.ts';

/** Runs the program once and returns its exit code. `work`: what the words set to work; the real machine unless a test brings its own. */
export async function program(invocation: Invocation, work = openWork): Promise<number> {
  const startedAt = performance.now();
  let options: Options;
  try {
    options = parseArguments(invocation.argv, optionPorts(invocation.cwd));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return usage(invocation, error, startedAt);
  }
  const terminal = openTerminal(invocation, { ...options, stop: invocation.stop.signal });
  return new Session(invocation, options, terminal, work, startedAt).run();
}

/** A wrong command line: the message on stderr, and the document where one was asked for. */
function usage({ argv, version, stdout, stderr }: Invocation, error: UsageError, startedAt: number): number {
  const command = VERBS.find((verb) => argv.includes(verb)) ?? 'cleanup';
  const shown = { message: error.message, hint: error.hint };
  const report = makeReport({ command, version, root: '/', outcome: 'usage', startedAt, error: shown });
  if (wantsJson(argv)) stdout.write(toJson(report));
  stderr.write(renderError(shown));
  return report.exitCode;
}
