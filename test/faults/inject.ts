/** A system call that fails: the n-th of its kind in the program itself, by strace. */
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Box, PROGRAM } from '../e2e/harness.ts';

/**
 * The calls by which the program works, with those of EIO, ENOSPC, EROFS, EACCES and EMFILE that a kernel may give for each: by the manual pages, and as file systems do, which
 * end a write with EROFS when an error made them read-only, and a read with EACCES when they come over a network. Not `close`: Node's own library aborts where that fails. What
 * else makes a program start (`pipe2`) fails in Node as `socketpair` does.
 */
export const CALLS = {
  unlink: ['EROFS', 'EACCES', 'EIO'],
  rmdir: ['EROFS', 'EACCES', 'EIO'],
  rename: ['ENOSPC', 'EIO', 'EROFS', 'EACCES'],
  mkdir: ['ENOSPC', 'EROFS', 'EACCES', 'EIO'],
  fsync: ['EIO', 'ENOSPC', 'EROFS'],
  write: ['ENOSPC', 'EIO', 'EROFS'],
  pwrite64: ['ENOSPC', 'EIO', 'EROFS'],
  utimensat: ['EROFS', 'EACCES', 'EIO'],
  ftruncate: ['EIO', 'EROFS'],
  openat: ['EMFILE', 'EACCES', 'EIO', 'ENOSPC', 'EROFS'],
  read: ['EIO', 'EACCES'],
  getdents64: ['EIO', 'EACCES'],
  statx: ['EACCES', 'EIO'],
  statfs: ['EACCES', 'EIO'],
  access: ['EACCES', 'EIO'],
  readlink: ['EIO', 'EACCES'],
  socket: ['EMFILE', 'EACCES'],
  connect: ['EACCES'],
  socketpair: ['EMFILE'],
} as const satisfies Record<string, readonly string[]>;

export type Call = keyof typeof CALLS;
export type ErrorsOf<C extends Call> = readonly (typeof CALLS)[C][number][];

/** Those that change nothing. */
export const LOOKS: readonly Call[] = ['openat', 'read', 'getdents64', 'statx', 'statfs', 'access', 'readlink'];

export interface Fault {
  call: Call;
  error: string;
  /** Which one fails. */
  n: number;
  /** All after it fail too. */
  stays: boolean;
}

/** With the places to take instead where the call of that number is not about the host. */
export type PlacedFault = Fault & { instead: readonly number[] };

export function wordsOf({ call, error, n, stays }: Fault): string {
  return `${call} ${error} at ${n}${stays ? ' and ever after' : ''}`;
}

/** What strace wrote of each process, by line; that of the program itself first. */
function traces(dir: string): string[][] {
  const files = readdirSync(dir).map((name) => readFileSync(join(dir, name), 'latin1').split('\n'));
  const isProgram = (lines: string[]): boolean =>
    lines.some((line) => line.startsWith('execve(') && line.includes(PROGRAM));
  return files.sort((a, b) => Number(isProgram(b)) - Number(isProgram(a)));
}

const OWN_PROGRAM = dirname(PROGRAM);

/** To a server, the pipes of a program that is started, and the look for one that can be: Node's own start makes none of these. */
const OF_OTHERS = /^(?:socket|connect)\(.*\bAF_INET6?\b|^socketpair\(|^access\(.*\bX_OK\)/;

/**
 * The call is about a file of the host or of the kernel's tables, a server or a program. What is not: Node's own start, its pipes, the program's own code; a machine on which these fail
 * has no program that could say so.
 */
function isOurs(line: string, box: Box): boolean {
  if (OF_OTHERS.test(line)) return true;
  return (
    (line.includes(box.dir) || line.includes('/proc/')) &&
    !line.includes(OWN_PROGRAM) &&
    !/<(?:pipe|socket|anon_inode):/.test(line)
  );
}

/** Which of its calls are about files of the host, by kind, in a run that nothing disturbs. Reads are counted in a run of their own. */
export async function countCalls(
  box: Box,
  args: readonly string[],
  calls: readonly Call[],
): Promise<Map<Call, number[]>> {
  await box.run([...args, '--json'], { prefix: strace(box, calls), env: ENV });
  const seen = new Map<Call, number>();
  const found = new Map<Call, number[]>(calls.map((call) => [call, []]));
  for (const line of traces(traceDir(box))[0]!) {
    const call = /^(\w+)\(/.exec(line)?.[1] as Call | undefined;
    if (call === undefined || !calls.includes(call)) continue;
    const n = (seen.get(call) ?? 0) + 1;
    seen.set(call, n);
    if (isOurs(line, box)) found.get(call)!.push(n);
  }
  return found;
}

/** strace counts for each thread; what little the program does in another one comes in order too. */
export const ENV = { UV_THREADPOOL_SIZE: '1' };

function traceDir(box: Box): string {
  return join(box.dir, 'trace');
}

/**
 * Most reads are of what Node wakes itself with, and no two runs have as many: of reads only those of the host's files count, and the start of the program, by which its trace is
 * known.
 */
function countedPaths({ host }: Box, calls: readonly Call[]): string[] {
  if (!calls.includes('read')) return [];
  const files = host.listing().filter(({ type }) => type === 'file');
  return [process.execPath, ...files.map(({ path }) => host.real(path))].map((path) => `--trace-path=${path}`);
}

function strace(box: Box, calls: readonly Call[], inject: readonly string[] = []): string[] {
  const dir = traceDir(box);
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir);
  // It ends with the last of them: for a host without services, which would go on.
  const follow = ['--follow-forks', '--seccomp-bpf'];
  const [decode, limit] = ['--decode-fds=path', '--string-limit=4096'];
  const output = ['--output-separately', `--output=${join(dir, 'of')}`];
  return [
    'strace',
    ...follow,
    decode,
    '--quiet=all',
    limit,
    ...output,
    ...countedPaths(box, calls),
    '-e',
    `trace=${calls.join(',')},execve`,
    ...inject,
  ];
}

export interface Injection {
  /** What goes before the program. */
  prefix: string[];
  /** Which call the fault met; null: none, or one that says nothing of the program. */
  met(): string | null;
  /** The last call of the program that it met was one of Node itself. */
  endedInNode(): boolean;
}

const isInjected = (line: string): boolean => line.includes('(INJECTED)');

export function injection(box: Box, { call, error, n, stays }: Fault): Injection {
  return {
    prefix: strace(box, [call], ['-e', `inject=${call}:error=${error}:when=${n}${stays ? '+' : ''}`]),
    met: () => {
      const [first] = traces(traceDir(box)).flatMap((lines) => lines.filter(isInjected));
      return first !== undefined && isOurs(first, box) ? first : null;
    },
    endedInNode: () => {
      const [program = []] = traces(traceDir(box));
      const last = program.filter(isInjected).at(-1);
      return last !== undefined && !isOurs(last, box);
    },
  };
}
