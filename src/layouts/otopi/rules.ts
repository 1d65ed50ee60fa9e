/** Shorthands for the kinds of rules that most components have. */
import type { FileRule } from '../../model/layout.ts';

type More = Omit<FileRule, 'path' | 'phase' | 'why'>;

/** A file of setup's own in a directory of configuration. */
export function dropIn(path: string, more: More = {}): FileRule {
  return { path, phase: 'drop-ins', why: 'drop-in written by setup', ...more };
}

export function webDropIn(path: string, more: More = {}): FileRule {
  return { path, phase: 'drop-ins', why: 'web server drop-in written by setup', ...more };
}

/** A service that setup describes to firewalld. */
export function firewallService(path: string, more: More = {}): FileRule {
  return { path, phase: 'drop-ins', why: 'firewalld service written by setup', ...more };
}
