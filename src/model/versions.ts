/** Version strings of packages and of setup's marker. A milestone (`4.5.8_master`) or a package release (`4.5.7-1.el9`) may follow the numbers. */
import { RELEASES, type Release } from './layout.ts';

/** The numbers a version starts with, `4.5.8` of `4.5.8_master`; null if it starts with none. */
export function numericVersion(version: string): string | null {
  return /^\s*(\d+(?:\.\d+)*)/.exec(version)?.[1] ?? null;
}

/** Compares only the numbers; missing ones count as 0. Negative, zero or positive; a text without numbers is older than all. */
export function compareVersions(a: string, b: string): number {
  const left = (numericVersion(a) ?? '').split('.');
  const right = (numericVersion(b) ?? '').split('.');
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = Number(left[i] ?? 0) - Number(right[i] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}

/** The release a version belongs to, `4.5` of `4.5.8_master`; null for one the program does not know. */
export function releaseOf(version: string): Release | null {
  const [major, minor] = (numericVersion(version) ?? '').split('.');
  return RELEASES.find((release) => release === `${Number(major)}.${Number(minor)}`) ?? null;
}
