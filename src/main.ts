/** argv, signals, exit code: the only file that knows `process`. Help and version are answered before anything else is loaded. */
import { HELP, isHelp, isVersion } from './cli/help.ts';

const VERSION = process.env.ENGINE_CLEANUP_VERSION ?? '0.0.0';
const argv = process.argv.slice(2);

if (isHelp(argv)) {
  process.stdout.write(HELP);
} else if (isVersion(argv)) {
  process.stdout.write(`engine-cleanup ${VERSION}\n`);
} else {
  import('./cli/program.ts').then(
    async ({ program }) => {
      process.exitCode = await program({
        argv,
        version: VERSION,
        stdin: process.stdin,
        stdout: process.stdout,
        stderr: process.stderr,
        env: process.env,
      });
    },
    (error: unknown) => {
      process.stderr.write(`engine-cleanup: ${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
    },
  );
}
