/** Which version of engine-setup will be run: rules of its differ within a release. Pure. */
import type { Facts } from '../model/facts.ts';

/** The installed one, else the one that ran last, else null. Where packages cannot be asked, nobody knows a better one. */
export function setupVersion({ setupPackageVersion, packageVersion, marker }: Facts): string | null {
  return setupPackageVersion ?? packageVersion ?? marker?.version ?? null;
}
