/** Who runs the program, for the log, the lock and messages. */
import { userInfo } from 'node:os';
import { printable } from './safe.ts';

/** Name of the calling account; its number where passwd has no entry for it. */
export function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid-${process.getuid?.() ?? 'unknown'}`;
  }
}

/** The account, and whoever became it with sudo. */
export function callerName(env: NodeJS.ProcessEnv): string {
  const name = accountName();
  const sudo = env.SUDO_USER;
  return sudo === undefined || sudo === '' || sudo === name ? name : `${name} (sudo by ${printable(sudo)})`;
}
