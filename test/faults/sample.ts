/** Which faults are tried: `npm test` takes a few of each kind, spread over the run and the same each time; `npm run faults` as many as it is told, or all. */
import { CALLS, type Call, LOOKS, type PlacedFault } from './inject.ts';

/** Faults for each kind of call; FAULTS_SEED chooses others. */
const { FAULTS, FAULTS_SEED = '1' } = process.env;

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

/** One of each of `count` equal parts of a row. */
function spread<T>(row: readonly T[], count: number, random: () => number): T[] {
  if (count >= row.length) return [...row];
  return Array.from({ length: count }, (_, part) => row[Math.floor(((part + random()) * row.length) / count)]!);
}

/** Even of `all`: the calls that look are thousands, and most are the same walk to a file. */
const MOST_LOOKS = 200;

/**
 * How often Node wakes a thread, and in how many pieces a dump comes, is chance: what was a call about the host in one run may be none in the next. Places after it, each by one more aside, as
 * every third of a row may be the host's.
 */
const NEAR = 8;

/** Faults of some kinds of call: `few` of each, or as many as the environment says. Every third stays. */
export function faultsOf(
  counted: ReadonlyMap<Call, readonly number[]>,
  few: Partial<Record<Call, number>>,
): PlacedFault[] {
  const random = randoms(Number(FAULTS_SEED));
  return (Object.keys(few) as Call[]).flatMap((call) => {
    const places = counted.get(call) ?? [];
    const all = LOOKS.includes(call) ? MOST_LOOKS : places.length;
    const count = FAULTS === undefined ? few[call]! : FAULTS === 'all' ? all : Number(FAULTS);
    const errors: readonly string[] = CALLS[call];
    return spread([...places.keys()], count, random).map((place, index) => ({
      call,
      error: errors[index % errors.length]!,
      n: places[place]!,
      stays: random() < 1 / 3,
      instead: places.slice(place + 1, place + NEAR).map((n, missed) => n + missed + 1),
    }));
  });
}
