/** Plays one sequence on a host of its own. */
import { expect } from 'vitest';
import { allowedWith } from './allowed.ts';
import type { Ground } from './ground.ts';
import { hasOwnPasswordFile, isScripted } from './releases.ts';
import type { SequenceHost } from './sequence-host.ts';
import type { Sequence } from './sequences.ts';
import type { Step } from './shell.ts';

/** Rows that the upgrade of a kept database may change or take away. */
const CHANGED = /^public\.(?:sso_clients|vdc_options|schema_version) /;

/** Whether the engine's package was removed after the last cleanup. */
function isRemovedSince(story: readonly Step[]): boolean {
  const last = (word: string): number => story.findLastIndex(({ text }) => text.startsWith(word));
  return last('yum remove') > last('engine-cleanup');
}

/** What stays of databases that setup makes itself; those that somebody gave it are there before, too. */
function remainsOf({ remains }: Sequence, { ground: { place, release } }: SequenceHost): readonly string[] {
  return place.given.length > 0 ? [] : (remains?.(release) ?? []);
}

/** What the last setup finds: nothing of an installation but what was to be kept. */
function expectLeft(host: SequenceHost, sequence: Sequence, story: readonly Step[]): void {
  const { keeps, otherVersion } = sequence;
  const { release } = host.ground;
  const allowed = allowedWith({
    keeps,
    scripted: isScripted(release),
    removedSince: isRemovedSince(story),
    otherVersion: otherVersion === true,
  });
  const changed = [...host.differences(allowed)];
  expectNone('left', [
    ...changed.map(([path, [was, is]]) => `${path}: ${was ?? 'absent'} -> ${is ?? 'absent'}`),
    ...host.temporary(),
  ]);
  expect(host.passwordFiles()).toEqual(keeps !== undefined && hasOwnPasswordFile(release) ? ['/root/.pgpass'] : []);
  expectNone('lost', host.lost());
  const catalogue = [
    ...host.ground.catalogues.get(keeps === undefined ? 'installed' : 'set up')!,
    ...remainsOf(sequence, host),
  ];
  const now = host.catalogue();
  expectNone(
    'left on the server',
    now.filter((line) => !catalogue.includes(line) && line !== release.mayStay),
  );
  expectNone(
    'lost on the server',
    catalogue.filter((line) => !now.includes(line)),
  );
}

/** All of them are in the message, which a list that is compared is not. */
function expectNone(what: string, found: readonly string[]): void {
  expect(found, `${what}: ${found.join('\n')}`).toEqual([]);
}

/** Setup puts the time into the name of a database that it makes beside another. */
function unstamped(catalogue: readonly string[]): string[] {
  return [...new Set(catalogue.map((line) => line.replace(/_\d{14}/g, '')))].sort();
}

async function playOn(host: SequenceHost, sequence: Sequence, story: readonly Step[]): Promise<void> {
  let kept: Map<string, Set<string>> | null = null;
  for (const [index, { text, run }] of story.entries()) {
    try {
      if (sequence.keeps !== undefined && text.startsWith('engine-cleanup')) kept ??= host.rows(host.databases());
      if (index === story.length - 1) expectLeft(host, sequence, story);
      await run(host);
    } catch (error) {
      (error as Error).message = `step ${index + 1}, ${text}: ${(error as Error).message}`;
      throw error;
    }
  }
  expectNone('lost', host.lost());
  const catalogue = [...host.ground.catalogues.get('set up')!, ...remainsOf(sequence, host)];
  expect(unstamped(host.catalogue())).toEqual(unstamped(catalogue));
  for (const [name, rows] of kept ?? []) {
    const now = host.rows([name]).get(name)!;
    expectNone(
      `rows lost of ${name}`,
      [...rows].filter((row) => !now.has(row) && !CHANGED.test(row)),
    );
  }
}

export async function play(ground: Ground, sequence: Sequence, story: readonly Step[]): Promise<void> {
  const host = await ground.begin(sequence.from ?? 'set up');
  try {
    await playOn(host, sequence, story);
  } finally {
    ground.end(host);
  }
}
