/** Which layout a host is read with: that of the release its marker or package names, else the one whose files are there. Only reads. */
import { databasesOf, LAYOUTS, layoutOf, newestLayout, rulesOf } from '../layouts/index.ts';
import type { MarkerFacts } from '../model/facts.ts';
import { type FileRule, type Layout, RELEASES, type Release } from '../model/layout.ts';
import { isPattern } from '../model/patterns.ts';
import type { DetectContext } from './context.ts';
import { readPasswordFile } from './read/password-file.ts';
import { findMarker } from './records.ts';
import { type ReleaseFinding, releaseFrom } from './release.ts';

export interface InstalledPackage {
  version: string;
  /** ms since the epoch. */
  installedAt: number;
}

export interface LayoutFinding {
  layout: Layout;
  marker: MarkerFacts | null;
  /** The engine's package; null if it is not installed, 'unknown' where nobody can tell. */
  installed: InstalledPackage | null | 'unknown';
  setupVersion: string | null;
  told: ReleaseFinding;
}

/** Setup of a release of this layout writes the file: what an older one wrote is no sign of this one. */
function isWritten({ releases }: Layout, { since, until }: FileRule): boolean {
  const age = (release: Release | undefined, otherwise: number): number =>
    release === undefined ? otherwise : RELEASES.indexOf(release);
  const ages = releases.map((release) => RELEASES.indexOf(release));
  return age(since, 0) <= Math.max(...ages) && age(until, RELEASES.length) >= Math.min(...ages);
}

/** The password file has a section of setup. */
async function hasLogins({ host }: Omit<DetectContext, 'layout'>, layout: Layout): Promise<boolean> {
  for (const { database } of databasesOf(layout)) {
    for (const rule of database.passwordFiles ?? []) {
      const text = await host.files.readText(rule.path).catch(() => null);
      if (text !== null && readPasswordFile(text, rule, database) !== null) return true;
    }
  }
  return false;
}

/** Files that setup of the layout's releases writes and that are there, and what only their packages bring. */
async function score(context: Omit<DetectContext, 'layout'>, layout: Layout): Promise<number> {
  const written = rulesOf(layout).filter(({ rule }) => isWritten(layout, rule) && !isPattern(rule.path));
  let found = (await hasLogins(context, layout)) ? 1 : 0;
  for (const path of new Set([...written.map(({ rule }) => rule.path), ...layout.brought])) {
    // What cannot be looked at is told later, by whoever needs it.
    const stat = await context.host.files.stat(path).catch(() => null);
    if (stat !== null) found += 1;
  }
  return found;
}

/** The layout most of whose files are there; of equal ones, and where none is, the newest. */
async function guess(context: Omit<DetectContext, 'layout'>): Promise<Layout> {
  if (LAYOUTS.length === 1) return newestLayout();
  let best = { layout: newestLayout(), found: await score(context, newestLayout()) };
  const newestFirst = [...LAYOUTS].sort(
    (a, b) => RELEASES.indexOf(b.releases.at(-1)!) - RELEASES.indexOf(a.releases.at(-1)!),
  );
  for (const layout of newestFirst) {
    const found = await score(context, layout);
    if (found > best.found) best = { layout, found };
  }
  return best.layout;
}

/**
 * The layout of the release that set up the host, where the packages are a later one's whose setup has not run yet: without marker, without the drop-in that it would have written, and with
 * a password file that it would have emptied.
 */
async function notUpgraded(
  context: Omit<DetectContext, 'layout'>,
  marker: MarkerFacts | null,
  { release }: ReleaseFinding,
): Promise<Layout | null> {
  const later = layoutOf(release);
  if (marker !== null || later === null) return null;
  const earlier = LAYOUTS.filter(({ upgradedBy }) => upgradedBy?.includes(release!)).reverse();
  if (earlier.length === 0) return null;
  for (const { component, database } of databasesOf(later)) {
    const written = component === later.main ? database.credentials : [];
    for (const path of written) if ((await context.host.files.stat(path).catch(() => null)) !== null) return null;
  }
  for (const layout of earlier) if (await hasLogins(context, layout)) return layout;
  return null;
}

/** The marker of any release, wherever it keeps it; each place is looked at once. */
async function firstMarker(context: Omit<DetectContext, 'layout'>): Promise<MarkerFacts | null> {
  const places = new Map(LAYOUTS.map((layout) => [layout.marker, layout]));
  // Which release's it is is known only afterwards: what one of them calls a secret is none to show.
  const secretKeys = LAYOUTS.flatMap((layout) => layout.secretKeys);
  for (const layout of places.values()) {
    const marker = await findMarker({ ...context, layout: { ...layout, secretKeys } });
    if (marker !== null) return marker;
  }
  return null;
}

async function firstPackage(
  context: Omit<DetectContext, 'layout'>,
  names: readonly string[],
): Promise<LayoutFinding['installed']> {
  let answer: LayoutFinding['installed'] = 'unknown';
  for (const name of new Set(names)) {
    const installed = await context.host.packages.version(name);
    if (installed !== null && installed !== 'unknown') return installed;
    if (installed === null) answer = null;
  }
  return answer;
}

/** What the packages say of a host that an earlier release set up. */
function laterInstalled({ releases, upgradedBy = [] }: Layout, told: ReleaseFinding): ReleaseFinding {
  if (told.release === null || !upgradedBy.includes(told.release)) return told;
  return { release: releases.at(-1)!, why: `password file of setup, beside a later ${told.why}`, unknown: null };
}

/**
 * @param fixed the layout of an earlier look at the same host: by now its marker and packages may be gone
 * @param continued that of an unfinished run, for where nothing else tells
 */
export async function findLayout(
  context: Omit<DetectContext, 'layout'>,
  fixed: Layout | null,
  continued: Layout | null = null,
): Promise<LayoutFinding> {
  const marker = await firstMarker(context);
  const [installed, setup] = await Promise.all([
    firstPackage(
      context,
      LAYOUTS.map(({ packageName }) => packageName),
    ),
    firstPackage(
      context,
      LAYOUTS.map(({ setupPackageName }) => setupPackageName),
    ),
  ]);
  const version = (one: LayoutFinding['installed']): string | null =>
    one === null || one === 'unknown' ? null : one.version;
  const byVersion = releaseFrom(marker, version(installed));
  const earlier = fixed?.upgradedBy ? fixed : await notUpgraded(context, marker, byVersion);
  const told = earlier === null ? byVersion : laterInstalled(earlier, byVersion);
  const layout = fixed ?? earlier ?? layoutOf(told.release) ?? continued ?? (await guess(context));
  return { layout, marker, installed, setupVersion: version(setup), told };
}
