/** Which version of engine-setup will be run: rules of its differ within a release. Pure. */
import type { Facts } from '../model/facts.ts';

/** The numbers of a version: `4.5.8_master-1.el9` → `4.5.8`. */
export function numbers(version: string): string {
  return /^\d+(?:\.\d+)*/.exec(version)?.[0] ?? version;
}

/** Less than 0 if `a` is older than `b`; what comes after the numbers does not count. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => numbers(version).split('.').map(Number)) as [number[], number[]];
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The installed one, else the one that ran last, else null. Where packages cannot be asked, nobody knows a better one. */
export function setupVersion({ setupPackageVersion, packageVersion, marker }: Facts): string | null {
  return setupPackageVersion ?? packageVersion ?? marker?.version ?? null;
}
