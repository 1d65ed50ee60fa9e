/** Which release set this host up. Only reads. */
import type { MarkerFacts } from '../model/facts.ts';
import type { Release } from '../model/layout.ts';
import { releaseOf } from './read/versions.ts';

const RELEASES: readonly Release[] = [
  '3.0',
  '3.1',
  '3.2',
  '3.3',
  '3.4',
  '3.5',
  '3.6',
  '4.0',
  '4.1',
  '4.2',
  '4.3',
  '4.4',
  '4.5',
];

export interface ReleaseFinding {
  release: Release | null;
  why: string;
  /** A version was found that is none we know of. */
  unknown: string | null;
}

function known(version: string): Release | null {
  const release = releaseOf(version);
  return RELEASES.find((one) => one === release) ?? null;
}

/** The release by marker, then by package. Neither: null, and the caller looks at what is on the host. */
export function releaseFrom(marker: MarkerFacts | null, packageVersion: string | null): ReleaseFinding {
  const sources: [string | null | undefined, string][] = [
    [marker?.version, 'post-install marker'],
    [packageVersion, 'installed package'],
  ];
  for (const [version, source] of sources) {
    if (!version) continue;
    const release = known(version);
    return { release, why: `${source}: ${version}`, unknown: release === null ? version : null };
  }
  return { release: null, why: 'no marker and no package', unknown: null };
}
