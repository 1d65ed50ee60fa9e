/** argv, signals, exit code: the only file that knows `process`. Help and version are answered before anything else is loaded. */
import { HELP, isHelp, isVersion } from './cli/help.ts';
import type { StopSignal } from './model/outcome.ts';

const VERSION = process.env.ENGINE_CLEANUP_VERSION ?? '0.0.0';
const argv = process.argv.slice(2);

/** A stop signal is obeyed between two steps; a second one of any kind changes nothing: the run is already ending. */
function listenForStop(): { signal: AbortSignal; name(): StopSignal } {
  const stop = new AbortController();
  let name: StopSignal = 'SIGINT';
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (!stop.signal.aborted) name = signal;
      stop.abort();
    });
  }
  return { signal: stop.signal, name: () => name };
}

async function start(): Promise<void> {
  // A reader that goes away (`| head`) must not end a run half-way.
  process.stdout.on('error', () => undefined);
  process.stderr.on('error', () => undefined);
  const { program } = await import('./cli/program.ts');
  const { stdin, stdout, stderr, env } = process;
  process.exitCode = await program({
    argv,
    version: VERSION,
    cwd: process.cwd(),
    stdin,
    stdout,
    stderr,
    env,
    stop: listenForStop(),
  });
}

if (isHelp(argv)) {
  process.stdout.write(HELP);
} else if (isVersion(argv)) {
  process.stdout.write(`engine-cleanup ${VERSION}\n`);
} else {
  start().catch((error: unknown) => {
    process.stderr.write(`engine-cleanup: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
