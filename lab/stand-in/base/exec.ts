/** Runs a program to its end. Nothing secret goes into its arguments: passwords are in files and on standard input. */
import { spawnSync } from 'node:child_process';
import { SetupError } from './abort.ts';

/** Longest run of one program, ms. */
const LIMIT_MS = 120_000;

export interface ExecOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  input?: string;
  uid?: number;
  gid?: number;
}

export interface Result {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a program; its exit code is the caller's to judge. */
export function exec(file: string, args: readonly string[], options: ExecOptions = {}): Result {
  const { error, status, stdout, stderr } = spawnSync(file, args, {
    encoding: 'utf8',
    timeout: LIMIT_MS,
    maxBuffer: 64 * 1024 * 1024,
    ...options,
    input: options.input ?? '',
  });
  if (error) throw new SetupError(`${file} cannot be run: ${error.message}`);
  return { code: status ?? -1, stdout, stderr };
}

/** Standard output of a program that must succeed. */
export function must(file: string, args: readonly string[], options: ExecOptions = {}): string {
  const { code, stdout, stderr } = exec(file, args, options);
  if (code !== 0) throw new SetupError(`${file} ${args[0] ?? ''} failed (${code}): ${(stderr || stdout).trim()}`);
  return stdout;
}
