/**
 * Makes a throw-away oVirt 4.5 host below a temporary folder and runs the real program on it: plan, cleanup, verify, and a second run with nothing to do.
 * With `--keep` the host stays there to play with.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeHost } from '../test/fixture/host.ts';
import { PostgresServer } from '../test/fixture/postgres.ts';

const PROGRAM = new URL('../dist/engine-cleanup.cjs', import.meta.url).pathname;
const keep = process.argv.includes('--keep');
const dir = mkdtempSync(join(tmpdir(), 'engine-cleanup-demo-'));
const root = join(dir, 'host');

function say(text: string): void {
  process.stdout.write(`\n${process.stdout.isTTY ? `\x1b[1m${text}\x1b[0m` : text}\n\n`);
}

function run(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  process.stdout.write(`$ engine-cleanup --root ${root} ${args.join(' ')}\n`);
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [PROGRAM, '--root', root, ...args], { stdio: 'inherit', env });
    child.on('close', (code) => resolve(code ?? 1));
  });
}

async function main(): Promise<number> {
  say('Making a throw-away oVirt 4.5 host (files, PKI, services, a PostgreSQL server with the engine database) …');
  const server = await PostgresServer.start({ contents: 'engine' });
  const host = await makeHost({ dir: root, server, services: true });
  const env = { ...process.env, ...server.programs.env, PATH: `${server.programs.bin}:${process.env.PATH}` };
  process.stdout.write(
    `Host below ${root}; database "engine" on ${server.host}:${server.port}; services ${host.services.running().join(', ')}\n`,
  );
  let failed = 0;
  const expect = async (args: string[], code = 0): Promise<void> => {
    const got = await run(args, env);
    process.stdout.write(`[exit ${got}]\n`);
    if (got !== code) failed += 1;
  };
  try {
    if (keep) {
      say('The host is yours. Ctrl-C ends it and removes everything.');
      process.stdout.write(
        [
          `  PATH=${server.programs.bin}:$PATH node ${PROGRAM} --root ${root} plan`,
          `  PATH=${server.programs.bin}:$PATH node ${PROGRAM} --root ${root}`,
          '',
        ].join('\n'),
      );
      if (process.stdin.isTTY) await run([], env);
      await new Promise<void>((resolve) => {
        process.once('SIGINT', () => resolve());
        process.once('SIGTERM', () => resolve());
        if (!process.stdin.isTTY) process.stdin.once('end', () => resolve()).resume();
        else setInterval(() => undefined, 60_000);
      });
      return 0;
    }
    say('1. What would a run do? (plan changes nothing)');
    await expect(['plan']);
    say('2. Clean up, unattended');
    await expect(['--unattended']);
    say('3. Could engine-setup be run now?');
    await expect(['verify']);
    say('4. A second run has nothing to do');
    await expect(['--unattended']);
    say(failed === 0 ? 'Everything went as it should.' : `${failed} of the steps did not end as they should.`);
    return failed === 0 ? 0 : 1;
  } finally {
    host.stop();
    await server.destroy();
    rmSync(dir, { recursive: true, force: true });
  }
}

process.exit(await main());
