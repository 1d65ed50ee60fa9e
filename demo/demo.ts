/**
 * Makes a throw-away oVirt 4.5 host below a temporary folder and runs the real program on it: plan, cleanup, verify, and a second run with nothing to do.
 * With `--keep` the host stays there to play with. However the demo ends, nothing of it is left.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeHost, type ThrowAwayHost } from '../test/fixture/host.ts';
import { PostgresServer } from '../test/fixture/postgres.ts';
import { killBelow } from './processes.ts';
import { Stop } from './stop.ts';

const PROGRAM = new URL('../dist/engine-cleanup.cjs', import.meta.url).pathname;

interface Demo {
  stop: Stop;
  root: string;
  server: PostgresServer;
}

function say(text: string): void {
  process.stdout.write(`\n${process.stdout.isTTY ? `\x1b[1m${text}\x1b[0m` : text}\n\n`);
}

/** Runs the program on the host, on the demo's own terminal. */
async function run({ stop, root, server }: Demo, args: readonly string[]): Promise<number | string> {
  process.stdout.write(`$ engine-cleanup --root ${[root, ...args].join(' ')}\n`);
  const env = { ...process.env, ...server.programs.env };
  const child = spawn(process.execPath, [PROGRAM, '--root', root, ...args], { stdio: 'inherit', env });
  const ended = await stop.until(child);
  process.stdout.write(`[exit ${ended}]\n`);
  return ended;
}

async function show(demo: Demo): Promise<number> {
  let failed = 0;
  for (const [title, args] of [
    ['1. What would a run do? (plan changes nothing)', ['plan']],
    ['2. Clean up, unattended', ['--unattended']],
    ['3. Could engine-setup be run now?', ['verify']],
    ['4. A second run has nothing to do', ['--unattended']],
  ] as const) {
    say(title);
    if ((await run(demo, args)) !== 0) failed += 1;
    if (demo.stop.asked) return demo.stop.code;
  }
  say(failed === 0 ? 'Everything went as it should.' : `${failed} of the steps did not end as they should.`);
  return failed === 0 ? 0 : 1;
}

/** Hands the host over: at a terminal to a first run that asks, and then to whoever works in another terminal, until Ctrl-C. */
async function keep(demo: Demo): Promise<number> {
  say('The host is yours. Ctrl-C ends it and removes everything.');
  const { bin } = demo.server.programs;
  for (const word of [' plan', ''])
    process.stdout.write(`  PATH=${bin}:$PATH node ${PROGRAM} --root ${demo.root}${word}\n`);
  process.stdout.write('\n');
  const terminal = process.stdin.isTTY === true;
  if (terminal) await run(demo, []);
  if (terminal && !demo.stop.asked) say(`The host is still there, below ${demo.root}. Ctrl-C ends it.`);
  await demo.stop.wait(terminal ? null : process.stdin);
  return 0;
}

async function main(stop: Stop): Promise<number> {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'engine-cleanup-demo-')));
  const root = join(dir, 'host');
  let server: PostgresServer | null = null;
  let host: ThrowAwayHost | null = null;
  try {
    say('Making a throw-away oVirt 4.5 host (files, PKI, services, a PostgreSQL server with the engine database) …');
    server = await PostgresServer.start({ contents: 'engine' });
    if (!stop.asked) host = await makeHost({ dir: root, server, services: true });
    if (stop.asked || host === null) return stop.code;
    process.stdout.write(
      `Host below ${root}; database "engine" on ${server.host}:${server.port}; services ${host.services.running().join(', ')}\n`,
    );
    const demo = { stop, root, server };
    return await (process.argv.includes('--keep') ? keep(demo) : show(demo));
  } catch (error) {
    // Ctrl-C also ends the programs that make the host: their failure is the stop that was asked for.
    if (stop.asked) return stop.code;
    throw error;
  } finally {
    if (stop.asked) say('Stopped. Removing the host …');
    await killBelow(dir);
    host?.stop();
    await server?.destroy();
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
    // An init script that was under way may have started one more; without its program no other can.
    await killBelow(dir);
  }
}

process.exit(await main(new Stop()));
