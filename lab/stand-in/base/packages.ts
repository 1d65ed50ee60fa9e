/** What rpm says of the engine's packages. Without rpm, or below another root, what the release itself says. */
import { SetupError } from './abort.ts';
import { exec } from './exec.ts';
import type { Host } from './host.ts';
import type { Release } from './releases.ts';

/** Packages whose versions setup locks. */
const LOCKED = ['ovirt-engine', 'ovirt-engine-backend', 'ovirt-engine-tools'] as const;

function query(host: Host, args: readonly string[]): string[] | null {
  if (host.root !== '/') return null;
  const found = exec('/bin/sh', ['-c', 'command -v rpm']);
  if (found.code !== 0) return null;
  return exec('rpm', ['-q', ...args])
    .stdout.split('\n')
    .filter((line) => line !== '');
}

/** Version of an installed package; null where it is not installed or nobody can be asked. */
export function packageVersion(host: Host, name: string): string | null {
  const line = query(host, ['--qf', '%{VERSION}\n', name])?.[0];
  return line === undefined || / is not installed/.test(line) ? null : line;
}

/** Lines for the version lock: what `rpm -q` prints, its complaint about a package that is not installed included, as the real one writes it. */
export function lockLines(host: Host, { version, dist }: Release): string[] {
  return query(host, LOCKED) ?? LOCKED.map((name) => `${name}-${version}-1.${dist}.noarch`);
}

/** Whether a repository has a package newer than the installed one; version locks do not count. */
export function isUpdateOffered(host: Host, name: string): boolean {
  if (host.root !== '/') return false;
  const { code } = exec('yum', ['-q', '--disableplugin=versionlock', 'check-update', name]);
  return code === 100; // so yum and dnf say that there is one
}

/** @throws SetupError if the package manager fails */
export function update(name: string): void {
  const { code, stderr } = exec('yum', ['-q', '-y', '--disableplugin=versionlock', 'update', name]);
  if (code !== 0) throw new SetupError(`yum update ${name}: ${stderr}`);
}
