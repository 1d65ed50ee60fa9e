/** Which system calls a run makes once it has begun to act, as strace counts them: each is a place to be killed at. */
import { readFileSync } from 'node:fs';

/** Everything that changes a file, a directory or a connection, or waits for the disk. */
export const CALLS = [
  'connect',
  'openat',
  'write',
  'pwrite64',
  'fsync',
  'fdatasync',
  'ftruncate',
  'unlink',
  'unlinkat',
  'rename',
  'renameat',
  'renameat2',
  'link',
  'symlink',
  'mkdir',
  'rmdir',
  'chmod',
  'fchmod',
  'fchmodat',
  'chown',
  'fchown',
  'lchown',
  'fchownat',
  'utimensat',
  'setxattr',
  'lsetxattr',
  'fsetxattr',
] as const;

/** One call, as strace's `when=` finds it again. It counts for each thread, and begins anew in each program. */
export interface CallPoint {
  call: string;
  n: number;
  /** False: by the main thread of the program itself, which alone is traced then. True: by its other threads, or by a program that it started. */
  others: boolean;
}

/** Options of strace that leave a trace to count in, and the environment: with one thread beside the main one, the n-th call is the same each time. */
export function counting(trace: string): string[] {
  return ['strace', '-f', '-y', '--seccomp-bpf', '-qq', '-s', '40', '-e', `trace=${CALLS.join(',')}`, '-o', trace];
}

export const ONE_THREAD = { UV_THREADPOOL_SIZE: '1' };

/** Options of strace that send a signal when a call is about to be made. The call itself is still carried out. */
export function at({ call, n, others }: CallPoint, signal: NodeJS.Signals): string[] {
  const inject = `inject=${call}:signal=${signal}:when=${n}`;
  return [
    'strace',
    ...(others ? ['-f', '--seccomp-bpf'] : []),
    '-qq',
    '-e',
    `trace=${call}`,
    '-e',
    inject,
    '-o',
    '/dev/null',
  ];
}

/** Reading is no effect, and how often Node wakes one of its threads is chance. */
function counts(call: string, rest: string): boolean {
  if (call === 'openat') return rest.includes('O_CREAT');
  return !/^\d+<(?:anon_inode|pipe|\/dev\/|UNIX)/.test(rest);
}

/** The calls from the making of the run's directory on, each once. */
export function callPoints(trace: string): CallPoint[] {
  const numbers = new Map<string, number>();
  const points = new Map<string, CallPoint>();
  let main: string | null = null;
  let acts = false;
  for (const line of readFileSync(trace, 'latin1').split('\n')) {
    const [, pid, call, rest = ''] = /^(\d+) +(\w+)\((.*)$/.exec(line) ?? [];
    if (pid === undefined || call === undefined) continue;
    main ??= pid;
    const n = (numbers.get(`${pid} ${call}`) ?? 0) + 1;
    numbers.set(`${pid} ${call}`, n);
    if (call === 'mkdir' && rest.includes('/var/lib/engine-cleanup')) acts = true;
    const others = pid !== main;
    if (acts && counts(call, rest)) points.set(`${call} ${n} ${others}`, { call, n, others });
  }
  return [...points.values()];
}
