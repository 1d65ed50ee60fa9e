/** Whole-host sequences: real rpm and dnf, a real PostgreSQL, engine-cleanup as root runs it, and the stand-in for engine-setup, which must succeed at the end and spoil nothing. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { passedOver } from '../../test/fixture/needs.ts';
import { whyNoDatabaseBox } from '../database-box.ts';
import { PROJECT } from '../host.ts';
import { EDITIONS, type EditionName } from '../packages/editions.ts';
import { whyNoPackages } from '../packages/rpm-host.ts';
import { buildStandIn } from '../stand-in/build.ts';
import { isWanted } from './everyday.ts';
import { Ground } from './ground.ts';
import { Matrix } from './matrix.ts';
import { localServer } from './place.ts';
import { play } from './play.ts';
import { RELEASES } from './releases.ts';
import { elsewhere, remoteServer } from './remote-place.ts';
import { SEQUENCES } from './sequences.ts';

/** Longest run of one sequence: it takes some seconds on a machine that does nothing else. */
const LIMIT_MS = 600_000;

const skip = passedOver('Whole-host sequences', (await whyNoPackages()) ?? (await whyNoDatabaseBox()));
const work = mkdtempSync(join(tmpdir(), 'sequences-'));
const standIn = join(work, 'engine-setup.cjs');
/** Releases that are tried with the databases on a second host too, and whether setup checks that server's certificate. */
const ELSEWHERE: Partial<Record<EditionName, boolean>> = { '3.2': false, '3.6': false, '4.3': false, '4.5.7': true };

/** A place more for the databases is a line more for each release. */
const HOSTS = RELEASES.flatMap((release) => {
  const verified = ELSEWHERE[release.edition];
  const remote = elsewhere(release);
  return [
    { release, place: localServer(release.dataDir), isElsewhere: false },
    ...(verified === undefined ? [] : [{ release: remote, place: remoteServer(remote, verified), isElsewhere: true }]),
  ];
}).map((host) => ({ ...host, column: `${EDITIONS[host.release.edition].release} ${host.place.name}` }));
const matrix = new Matrix(
  [...new Set(SEQUENCES.map(({ name }) => name))],
  new Map(HOSTS.map(({ column, release }) => [column, release.components])),
  (name, column) => HOSTS.some((host) => host.column === column && sequencesOf(host).some((one) => one.name === name)),
);

beforeAll(async () => {
  execFileSync(process.execPath, [join(PROJECT, 'scripts/build.mjs')]);
  await buildStandIn(standIn);
});
afterAll(() => {
  matrix.print();
  rmSync(work, { recursive: true });
});

/** The sequences of a host, whether they are played or not. */
function sequencesOf({ release, isElsewhere }: (typeof HOSTS)[number]) {
  return SEQUENCES.filter(
    ({ where = 'here', story }) =>
      (where === 'both' || (where === 'elsewhere') === isElsewhere) && story(release) !== null,
  );
}

/** The stories that are played on a host, with the sequences that they are of. */
function storiesOf(host: (typeof HOSTS)[number]) {
  const wanted = sequencesOf(host).filter(({ name }) => isWanted(host.column, name));
  return wanted.map((sequence) => ({ sequence, story: sequence.story(host.release)! }));
}

const WITH_STORIES = HOSTS.filter((host) => storiesOf(host).length > 0);

describe.skipIf(skip).each(WITH_STORIES)('sequences of $column', (host) => {
  const { release, place, column } = host;
  let ground: Ground;
  beforeAll(async () => {
    ground = await Ground.prepare(release, place, standIn);
  }, LIMIT_MS);
  afterAll(() => ground?.destroy());

  for (const { sequence, story } of storiesOf(host)) {
    it(sequence.name, { timeout: LIMIT_MS }, () =>
      matrix.time(sequence.name, column, () => play(ground, sequence, story)),
    );
  }
});
