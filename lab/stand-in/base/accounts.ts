/** Numbers of the accounts that own setup's files: those of the host below the root where it knows the name, else Enterprise Linux's. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const KNOWN: Readonly<Record<string, number>> = {
  root: 0,
  postgres: 26,
  vdsm: 36,
  kvm: 36,
  apache: 48,
  'ovirt-vmconsole': 107,
  ovirt: 108,
  jboss: 185,
  'jboss-as': 185,
  grafana: 472,
};

export type Account =
  | 'root'
  | 'postgres'
  | 'vdsm'
  | 'kvm'
  | 'apache'
  | 'ovirt-vmconsole'
  | 'ovirt'
  | 'jboss'
  | 'jboss-as'
  | 'grafana';

function numberIn(file: string, name: string): number | null {
  try {
    const line = readFileSync(file, 'utf8')
      .split('\n')
      .find((entry) => entry.startsWith(`${name}:`));
    return line === undefined ? null : Number(line.split(':')[2]);
  } catch {
    return null; // a host without accounts of its own
  }
}

/** User number of an account. */
export function userId(root: string, name: Account): number {
  return numberIn(join(root, 'etc/passwd'), name) ?? KNOWN[name]!;
}

/** Group number of an account's own group. */
export function groupId(root: string, name: Account): number {
  return numberIn(join(root, 'etc/group'), name) ?? KNOWN[name]!;
}
