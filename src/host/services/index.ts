/** The services of a host, by whatever manages them there. */
import { existsSync } from 'node:fs';
import { createFiles } from '../files/index.ts';
import type { Services } from '../port.ts';
import { BelowRoot } from './below-root.ts';
import { SystemdServices } from './systemd.ts';
import { SysvServices } from './sysv.ts';

/**
 * Services of the installation below a root (`/` for the running machine).
 * @param timeoutMs longest wait for an answer about states; stopping and starting get their own limit
 */
export function createServices(root: string, timeoutMs: number): Services {
  if (root !== '/') return new BelowRoot(createFiles(root), timeoutMs);
  // sd_booted(3): this directory exists while systemd is PID 1.
  return existsSync('/run/systemd/system')
    ? new SystemdServices(timeoutMs)
    : new SysvServices(createFiles(root), timeoutMs);
}
