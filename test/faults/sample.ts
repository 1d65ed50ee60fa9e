/** Which faults are tried: `npm test` takes a few of each kind, spread over the run and the same each time; `npm run faults` as many as it is told, or all. */
import type { Few } from './few.ts';
import { CALLS, type Call, LOOKS, type PlacedFault } from './inject.ts';

const { FAULTS_SEED = '1' } = process.env;

/** A row of numbers in [0, 1) that is the same for the same seed (mulberry32). */
function randoms(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One of each of `count` equal parts of a row; some of them again where it is shorter. */
function spread(length: number, count: number, random: () => number): number[] {
  return Array.from({ length: count }, (_, part) => Math.floor(((part + random()) * length) / count));
}

/** Even of `all`: the calls that look are thousands, and most are the same walk to a file. */
const MOST_LOOKS = 200;

/**
 * How often Node wakes a thread, and in how many pieces a dump comes, is chance: what was a call about the host in one run may be none in the next. Places after it, each by one more aside, as
 * every third of a row may be the host's.
 */
const NEAR = 8;

/** Places by number in the row, and the error at each. */
function placesOf(
  call: Call,
  length: number,
  few: readonly string[],
  faults: string | undefined,
  random: () => number,
): [number, string][] {
  const errors: readonly string[] = CALLS[call];
  if (faults === 'all') {
    const count = LOOKS.includes(call) ? Math.min(MOST_LOOKS, length) : length;
    return spread(length, count, random).flatMap((place) => errors.map((error): [number, string] => [place, error]));
  }
  const tried =
    faults === undefined
      ? few
      : Array.from({ length: Number(faults) }, (_, n) => errors[(n + Number(FAULTS_SEED) - 1) % errors.length]!);
  if (length === 0) return [];
  return spread(length, tried.length, random).map((place, n) => [place, tried[n]!]);
}

/**
 * Faults of some kinds of call, every third of which stays.
 * @param few the errors of a test run
 * @param faults how many of each kind instead, or `all`; FAULTS_SEED chooses others
 */
export function faultsOf(
  counted: ReadonlyMap<Call, readonly number[]>,
  few: Few,
  faults: string | undefined = process.env.FAULTS,
): PlacedFault[] {
  const random = randoms(Number(FAULTS_SEED));
  return (Object.keys(few) as Call[]).flatMap((call) => {
    const places = counted.get(call) ?? [];
    return placesOf(call, places.length, few[call]!, faults, random).map(([place, error]) => ({
      call,
      error,
      n: places[place]!,
      stays: random() < 1 / 3,
      instead: places.slice(place + 1, place + NEAR).map((n, missed) => n + missed + 1),
    }));
  });
}
