/** The door to one host. Nothing is asked or loaded before it is used. */
import { createFiles } from './files/index.ts';
import { createOvn, ovnBelowRoot } from './ovn.ts';
import { createPackages } from './packages.ts';
import type { Host } from './port.ts';
import { createDatabases } from './postgres/connect.ts';
import { createPrograms } from './programs.ts';
import { createServices } from './services/index.ts';

export interface HostOptions {
  /** Real path below which the installation lies; `/` for the running machine. */
  root: string;
  /** Longest wait for an answer that has no limit of its own, ms. */
  timeoutMs: number;
}

/** The host below a root. The `postgres` account of the running machine has no business in another installation. */
export function createHost({ root, timeoutMs }: HostOptions): Host {
  return {
    files: createFiles(root),
    machine: createFiles('/'),
    services: createServices(root, timeoutMs),
    programs: createPrograms(root),
    packages: createPackages(root, timeoutMs),
    databases: createDatabases(root === '/' ? {} : { account: null }),
    ovn: root === '/' ? createOvn(timeoutMs) : ovnBelowRoot(),
  };
}
