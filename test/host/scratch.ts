/** Throw-away roots for tests of `host/`: real files below a temporary directory, mounts that only a private namespace sees, children of their own. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buildSync } from 'esbuild';
import { createFiles } from '../../src/host/files/index.ts';
import type { Files } from '../../src/host/port.ts';
import type { Identity } from '../../src/model/facts.ts';

const TOP = new URL('../..', import.meta.url).pathname;

export class Scratch {
  /** Beside the root there is room for what lies outside it. */
  readonly dir = realpathSync(mkdtempSync(join(tmpdir(), 'engine-cleanup-host-')));
  readonly root = join(this.dir, 'root');
  readonly files: Files = createFiles(this.root);

  constructor() {
    mkdirSync(this.root);
  }

  real(path: string): string {
    return this.root + path;
  }

  write(path: string, content: string | Buffer, mode = 0o644): void {
    mkdirSync(dirname(this.real(path)), { recursive: true });
    writeFileSync(this.real(path), content);
    chmodSync(this.real(path), mode);
  }

  mkdir(path: string): void {
    mkdirSync(this.real(path), { recursive: true });
  }

  exists(path: string): boolean {
    return lstatSync(this.real(path), { throwIfNoEntry: false }) !== undefined;
  }

  async identity(path: string): Promise<Identity> {
    return (await this.files.stat(path))!.identity;
  }

  /** Names of temporary files of ours below a directory. */
  temporary(path: string): string[] {
    return readdirSync(this.real(path)).filter((name) => name.endsWith('.tmp'));
  }

  destroy(): void {
    // rm works relative to open directories, so that no path is too long for it.
    execFileSync('rm', ['-rf', this.dir]);
  }
}

export const isRoot = process.getuid?.() === 0;

/** Directories that were only looked into are closed by then (shelf.ts). */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export function openFiles(): number {
  return readdirSync('/proc/self/fd').length;
}

/** The whole machine as a process sees it that has mounts of its own. */
export class PrivateMounts {
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess) {
    this.#process = process;
  }

  /** Runs `script` (mount commands) in a namespace that lives until `end`. */
  static async make(script: string): Promise<PrivateMounts> {
    const child = spawn(
      'unshare',
      ['--mount', '--propagation', 'private', 'sh', '-ec', `${script}\necho ready\nexec sleep 600`],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    await new Promise<void>((resolve, reject) => {
      child.stdout!.once('data', () => resolve());
      child.once('exit', (code) => reject(new Error(`the private namespace ended with ${code}`)));
    });
    return new PrivateMounts(child);
  }

  /** A path of the machine as that namespace sees it. */
  path(path: string): string {
    return `/proc/${this.#process.pid}/root${path}`;
  }

  end(): Promise<void> {
    return new Promise((resolve) => {
      this.#process.once('exit', () => resolve());
      this.#process.kill('SIGKILL');
    });
  }
}

/** Bundles a module given as text (imports relative to the project) so that a child process can run it; returns its path. */
export function bundle(dir: string, source: string): string {
  const outfile = join(dir, 'child.mjs');
  buildSync({
    stdin: { contents: source, resolveDir: TOP, loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    outfile,
    logLevel: 'error',
  });
  chmodSync(outfile, 0o644);
  return outfile;
}
