/** Which release set this host up. Pure. */
import { LAYOUTS, layoutOf } from '../layouts/index.ts';
import type { MarkerFacts } from '../model/facts.ts';
import type { Layout, Release } from '../model/layout.ts';
import { releaseOf } from '../model/versions.ts';
import type { DetectContext } from './context.ts';

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

/** Says what an installation of an unknown release, or of none that can be told, means for the run: the one is a fault, the other a note. */
export function judgeRelease(
  { note, fault }: Pick<DetectContext, 'note' | 'fault'>,
  { release, why, unknown }: ReleaseFinding,
  layout: Layout,
): void {
  if (unknown !== null) {
    fault({
      check: 'layout',
      message: `The release cannot be told: "${unknown}" (${why}) is no oVirt release this version knows. Nothing was changed.`,
      hint:
        layout.marker === null
          ? 'Use a newer engine-cleanup.'
          : `Correct ${layout.versionKey} in the post-install marker, or use a newer engine-cleanup.`,
      forcible: false,
    });
  } else if (release === null) {
    note(
      'release',
      `Neither marker nor package says which release this is: it is taken for ${layout.releases.at(-1)}, whose traces were found.`,
    );
  } else if (layoutOf(release) === null) {
    fault({
      check: 'layout',
      message: `This is an installation of oVirt ${release} (${why}), which this version does not know. Nothing was changed.`,
      hint: `Known are ${LAYOUTS.flatMap(({ releases }) => releases).join(', ')}. Use a version of engine-cleanup that knows ${release}.`,
      forcible: false,
    });
  }
}
