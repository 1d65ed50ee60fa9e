/** Plays one sequence on a host of its own. */
import { expect } from 'vitest';
import { allowedWith } from './allowed.ts';
import type { Ground } from './ground.ts';
import type { SequenceHost } from './sequence-host.ts';
import type { Sequence } from './sequences.ts';
import type { Step } from './shell.ts';

/** Rows that the upgrade of a kept database may change or take away. */
const CHANGED = /^public\.(?:sso_clients|vdc_options|schema_version) /;

/** What the last setup finds: nothing of an installation but what was to be kept. */
function expectLeft(host: SequenceHost, { keeps, remains = [] }: Sequence): void {
  const found = host.differences(allowedWith(keeps));
  expect([...found].map(([path, [was, is]]) => `${path}: ${was ?? 'absent'} -> ${is ?? 'absent'}`)).toEqual([]);
  expect(host.temporary()).toEqual([]);
  expect(host.lost()).toEqual([]);
  const catalogue = host.ground.catalogues.get(keeps === undefined ? 'installed' : 'set up')!;
  expect(host.catalogue()).toEqual([...catalogue, ...remains].sort());
}

async function playOn(host: SequenceHost, sequence: Sequence, story: readonly Step[]): Promise<void> {
  const kept = sequence.keeps === undefined ? null : host.rows(host.databases());
  for (const [index, { text, run }] of story.entries()) {
    try {
      if (index === story.length - 1) expectLeft(host, sequence);
      await run(host);
    } catch (error) {
      (error as Error).message = `step ${index + 1}, ${text}: ${(error as Error).message}`;
      throw error;
    }
  }
  expect(host.lost()).toEqual([]);
  expect(host.catalogue()).toEqual(host.ground.catalogues.get('set up'));
  for (const [name, rows] of kept ?? []) {
    const now = host.rows([name]).get(name)!;
    expect(
      [...rows].filter((row) => !now.has(row) && !CHANGED.test(row)),
      name,
    ).toEqual([]);
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
