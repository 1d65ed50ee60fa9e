/** argv, signals, exit code: the only file that knows `process`. Help and version are answered before anything else is loaded. */
import { HELP, isHelp, isVersion } from './cli/help.ts';
import type { StopSignal } from './model/outcome.ts';

const VERSION = process.env.ENGINE_CLEANUP_VERSION ?? '0.0.0';
const argv = process.argv.slice(2);

/**
 * A stop signal is obeyed between two steps. A second one changes nothing: the run is already ending, and the screen says which step it waits for. Whoever cannot wait
 * has SIGKILL; the next run continues from whatever is left.
 */
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

/** An error thrown where nobody waits for it (an event handler) ends the run with its log and its report, not with a bare stack trace. */
function listenForCrash(): Promise<never> {
  const crash = new Promise<never>((_, reject) => {
    process.on('uncaughtException', reject);
  });
  crash.catch(() => undefined);
  return crash;
}

async function start(): Promise<number> {
  const [stop, crash] = [listenForStop(), listenForCrash()];
  const { program } = await import('./cli/program.ts');
  const { stdin, stdout, stderr, env } = process;
  return program({ argv, version: VERSION, cwd: process.cwd(), stdin, stdout, stderr, env, stop, crash });
}

/** Waits until everything written is with the reader, or the reader is gone. */
function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}

// A reader that goes away (`| head`, a closed terminal) must not end a run half-way. SIGPIPE itself is ignored by Node.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

if (isHelp(argv)) {
  process.stdout.write(HELP);
} else if (isVersion(argv)) {
  process.stdout.write(`engine-cleanup ${VERSION}\n`);
} else {
  start()
    .catch((error: unknown) => {
      process.stderr.write(`engine-cleanup: ${error instanceof Error ? error.message : String(error)}\n`);
      return 1;
    })
    .then(async (code) => {
      await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
      // Said outright: a connection or a child that lingers must not keep the caller waiting.
      process.exit(code);
    });
}
