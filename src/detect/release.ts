/** Which release set this host up. Only reads. */
import type { MarkerFacts } from '../model/facts.ts';
import type { Release } from '../model/layout.ts';
import { releaseOf } from './read/versions.ts';

export interface ReleaseFinding {
  release: Release | null;
  why: string;
  /** A version was found that is none we know of. */
  unknown: string | null;
}

/** The release by marker, then by package. Neither: null, and the caller looks at what is on the host. */
export function releaseFrom(marker: MarkerFacts | null, packageVersion: string | null): ReleaseFinding {
  const sources: [string | null | undefined, string][] = [
    [marker?.version, 'post-install marker'],
    [packageVersion, 'installed package'],
  ];
  for (const [version, source] of sources) {
    if (!version) continue;
    const release = releaseOf(version);
    return { release, why: `${source}: ${version}`, unknown: release === null ? version : null };
  }
  return { release: null, why: 'no marker and no package', unknown: null };
}
