/** The real machine behind the parsing of options. */
import { closeSync, constants, fstatSync, openSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { HostError, messageOf } from '../model/errors.ts';
import type { OptionPorts } from './options.ts';

const MOST = 1024 * 1024;

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** Text of a regular file; a FIFO or a device would hang the program or never end. */
function readText(path: string): string | null {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new HostError(messageOf(error), {
      hint: 'Make it readable, or name another file with --config.',
      code,
      cause: error,
    });
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile() || stat.size > MOST)
      throw new HostError('it is not a small regular file.', { hint: 'Name another file with --config.' });
    return readFileSync(fd, 'utf8');
  } finally {
    closeSync(fd);
  }
}

/** What cannot be looked at is no directory to work in either. */
function realDirectory(path: string): string | null {
  try {
    const real = realpathSync(path);
    return statSync(real).isDirectory() ? real : null;
  } catch {
    return null;
  }
}

export function optionPorts(cwd: string): OptionPorts {
  return { cwd, readText, realDirectory };
}
