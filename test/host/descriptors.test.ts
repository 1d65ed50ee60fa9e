/** Starting programs on a machine that has no file descriptor left for their pipes (EMFILE), for real: in processes of their own, each with few of them, and each a group of its own. */
import { spawn } from 'node:child_process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundle, Scratch } from './scratch.ts';

const scratch = new Scratch();
afterAll(() => scratch.destroy());

/** Takes all descriptors but those that the kind of start needs before its pipes, and prints how it ends. */
const CHILD = `
import { openSync, closeSync } from 'node:fs';
import { acquireLock } from './src/host/lock.ts';
import { runProgram } from './src/host/postgres/program.ts';
import { run } from './src/host/process.ts';
import { runTar } from './src/host/tar.ts';

const { signal } = new AbortController();
const quick = { purpose: 'try something', timeoutMs: 10000 };
const holder = { pid: 1, user: 'me', startedAt: '', command: '' };
const tar = { tar: '/bin/tar', args: ['--help'], doing: 'trying something', timeoutMs: 10000, signal };
const KINDS = {
  host: () => run('/bin/true', [], quick),
  'host with input': () => run('/bin/cat', [], { ...quick, input: 'x' }),
  PostgreSQL: () => runProgram({ file: '/bin/true', args: [], silenceMs: 10000 }, () => undefined),
  'PostgreSQL with input': () => runProgram({ file: '/bin/cat', args: [], input: 'x', silenceMs: 10000 }, () => undefined),
  tar: () => runTar(tar, [], async (output) => { for await (const piece of output) void piece; }),
  // Of two, one is that of the lock file and one that of its directory.
  flock: () => acquireLock(process.argv[3], holder),
};

await new Promise((resolve) => setTimeout(resolve, 10));
const taken = [];
try {
  for (;;) taken.push(openSync('/dev/null', 'r'));
} catch {}
if (process.argv[2] === 'flock') closeSync(taken.pop()), closeSync(taken.pop());
const end = await KINDS[process.argv[2]]().then(() => 'it began', (error) => error);
for (const fd of taken) closeSync(fd);
console.log(JSON.stringify({ name: end.name, code: end.code, message: end.message, hint: end.hint }));
`;

let child: string;
beforeAll(() => {
  child = bundle(scratch.dir, CHILD);
});

/** How such a process ends, and what it prints. */
function ending(kind: string): Promise<{ signal: string | null; code: number | null; said: string }> {
  const words = ['--nofile=64', process.execPath, child, kind, `${scratch.dir}/lock`];
  const started = spawn('prlimit', words, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [started.stdout, started.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  return new Promise((resolve) => started.once('close', (code, signal) => resolve({ code, signal, said })));
}

it.each(['host', 'host with input', 'PostgreSQL', 'PostgreSQL with input', 'tar', 'flock'])(
  '%s: says so with the way on, and signals nobody',
  async (kind) => {
    const { said, ...end } = await ending(kind);
    expect(end, said).toEqual({ code: 0, signal: null });
    expect(JSON.parse(said)).toEqual({
      name: 'HostError',
      code: 'EMFILE',
      message: expect.stringContaining('EMFILE'),
      hint: expect.stringContaining('ulimit -n'),
    });
  },
);
