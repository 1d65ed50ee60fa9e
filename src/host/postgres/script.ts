/** Runs a script of ours with psql. It may hold password hashes: it goes in on standard input, and no line of it comes back in a message. */
import { HostError, InterruptedError } from '../../model/errors.ts';
import type { ProgramLogin } from '../port.ts';
import { complaint, runProgram } from './program.ts';

export interface ScriptRun {
  /** Path of psql. */
  psql: string;
  login: ProgramLogin;
  script: string;
  timeoutMs: number;
  signal: AbortSignal;
}

/** Who is no superuser gets the messages in the server's language. */
const ENGLISH = `SELECT set_config('lc_messages', 'C', false) FROM pg_roles WHERE rolname = current_user AND rolsuper;\n`;

/** Ends at the first statement that fails. @throws HostError */
export async function runScript({ psql, login, script, timeoutMs, signal }: ScriptRun): Promise<void> {
  const args = ['--no-psqlrc', '--quiet', '--no-password', '--set=ON_ERROR_STOP=1', '--set=VERBOSITY=terse'];
  const end = await runProgram(
    {
      file: psql,
      args: [...args, `--dbname=${login.connection}`],
      login,
      input: `${ENGLISH}SET statement_timeout = ${timeoutMs};\n${script}`,
      silenceMs: timeoutMs + 2000,
      signal,
    },
    () => undefined,
  );
  if (end.ended === 'stop') throw new InterruptedError();
  if (end.code === 0 && end.ended === null) return;
  const said = end.ended === 'silence' ? `no answer within ${timeoutMs / 1000} s` : complaint(psql, end.stderr);
  throw new HostError(`The roles and databases cannot be made again: ${said || `psql ended with ${end.code}`}.`, {
    hint: "Look into the server's log, mend the cause, then run engine-cleanup restore again.",
  });
}
