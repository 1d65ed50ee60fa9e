/**
 * The figures of the README: whole runs of the real program on throw-away hosts of the captured shape, each paired with its floor so that the machine's mood cancels out.
 * `npm run bench -- 9` takes nine pairs.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeHost } from '../test/fixture/host.ts';
import { PostgresServer } from '../test/fixture/postgres.ts';
import { floor } from './floor.ts';
import { type Measured, measure, median } from './measure.ts';
import { sizeOf } from './size.ts';

const TOP = new URL('..', import.meta.url).pathname;
const PROGRAM = join(TOP, 'dist/engine-cleanup.cjs');
const pairs = Number(process.argv[2] ?? 7);
// A certificate bundle that the environment adds is loaded by every start of node, ours and the bare one's: it would hide the difference.
const { NODE_EXTRA_CA_CERTS: _, ...plain } = process.env;

async function onFreshHost<T>(work: (root: string, server: PostgresServer, dir: string) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'engine-cleanup-bench-'));
  const server = await PostgresServer.start({ contents: 'engine' });
  try {
    return await work(join(dir, 'host'), server, dir);
  } finally {
    await server.destroy();
    rmSync(dir, { recursive: true, force: true });
  }
}

function mustEndWith(measured: Measured, code: number, what: string): Measured {
  if (measured.code !== code) throw new Error(`${what} ended with ${measured.code}\n${measured.stdout}`);
  return measured;
}

function cleanup(): Promise<{ first: Measured; second: Measured; verify: Measured }> {
  return onFreshHost(async (root, server) => {
    const host = await makeHost({ dir: root, server });
    const env = { ...plain, ...server.programs.env, PATH: `${server.programs.bin}:${process.env.PATH}` };
    const run = (...args: string[]): Promise<Measured> =>
      measure([process.execPath, PROGRAM, '--root', root, ...args], env);
    const first = mustEndWith(await run('-u'), 0, 'the cleanup');
    const second = mustEndWith(await run('-u'), 0, 'the second run');
    const verify = mustEndWith(await run('verify'), 0, 'verify');
    host.stop();
    return { first, second, verify };
  });
}

function atTheFloor(): Promise<Measured> {
  return onFreshHost(async (root, server, dir) => {
    const host = await makeHost({ dir: root, server });
    const { command, env } = floor(host, server, dir);
    return mustEndWith(await measure(command, env), 0, 'the floor');
  });
}

async function start(args: string[]): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 3; round += 1) times.push((await measure([process.execPath, ...args], plain)).ms);
  return median(times);
}

function row(what: string, value: string): void {
  process.stdout.write(`| ${what} | ${value} |\n`);
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;

const runs: Awaited<ReturnType<typeof cleanup>>[] = [];
const floors: number[] = [];
const ratios: number[] = [];
const helps: number[] = [];
const bare: number[] = [];
await cleanup();
for (let pair = 0; pair < pairs; pair += 1) {
  const run = await cleanup();
  const least = await atTheFloor();
  runs.push(run);
  floors.push(least.ms);
  ratios.push(run.first.ms / least.ms);
  helps.push(await start([PROGRAM, '-h']));
  bare.push(await start(['-e', '0']));
  process.stderr.write(
    `pair ${pair + 1}: cleanup ${seconds(run.first.ms)}, floor ${seconds(least.ms)}, ratio ${ratios.at(-1)!.toFixed(2)}\n`,
  );
}
const size = sizeOf(TOP);
process.stdout.write(`\nMedians of ${pairs} pairs, Node ${process.versions.node}.\n\n| what | figure |\n|---|---|\n`);
row('whole cleanup, database and files of the captured 4.5 host', seconds(median(runs.map(({ first }) => first.ms))));
row('its floor: pg_dump, one transaction, tar, rm, with no check at all', seconds(median(floors)));
row('ratio (aim: at most 1.25)', median(ratios).toFixed(2));
row('second run, nothing to do', seconds(median(runs.map(({ second }) => second.ms))));
row('verify', seconds(median(runs.map(({ verify }) => verify.ms))));
row('`-h`', `${median(helps).toFixed(0)} ms`);
row('`node -e 0`', `${median(bare).toFixed(0)} ms`);
row('ratio (aim: at most 1.3)', median(helps.map((one, at) => one / bare[at]!)).toFixed(2));
row('peak memory of the program', `${median(runs.map(({ first }) => first.peakMib)).toFixed(0)} MiB`);
row(
  '`src/`',
  `${size.lines} lines in ${size.files} files; median ${size.median}, largest ${size.largest}; bundle ${size.bundleKib} KiB`,
);
