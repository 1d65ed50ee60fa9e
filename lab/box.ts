/**
 * A whole host in about a second: systemd as PID 1 in a copy-on-write view of this machine's own root, booted by systemd-nspawn. What happens in it is gone
 * with it; the machine itself is only read.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

const PREFIX = '/var/tmp/engine-cleanup-lab-';
const CGROUPS = ['/sys/fs/cgroup/systemd', '/sys/fs/cgroup/unified', '/sys/fs/cgroup'];

/** Why no box can be booted here; null if one can. Installs what is missing. */
export function whyNoBox(): string | null {
  if (process.getuid?.() !== 0) return 'booting a box needs root';
  if (spawnSync('systemd-nspawn', ['--version']).status !== 0) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    spawnSync('apt-get', ['update', '-q'], { env, stdio: 'ignore' });
    const packages = ['systemd-container', 'systemd', 'dbus'];
    const { status, stderr } = spawnSync('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...packages], {
      env,
      encoding: 'utf8',
    });
    if (status !== 0) return `systemd-container cannot be installed: ${stderr.trim().split('\n').at(-1)}`;
  }
  const unshared = spawnSync('unshare', ['--mount', '--pid', '--fork', 'true'], { encoding: 'utf8' });
  return unshared.status === 0 ? null : `no namespaces here: ${unshared.stderr.trim()}`;
}

export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

export class Box {
  readonly name: string;
  /** A directory shared with the box, where it is `/lab`. */
  readonly shared: string;
  readonly #rootMount: string;
  readonly #cgroups: string[] = [];
  #nspawn: ChildProcess | null = null;
  #leader = 0;

  private constructor(name: string, shared: string, rootMount: string) {
    this.name = name;
    this.shared = shared;
    this.#rootMount = rootMount;
  }

  /** Boots a box. `masked`: units of this machine that must not start in it. */
  static async boot(name: string, project: string, masked: readonly string[] = []): Promise<Box> {
    removeStale();
    const base = mkdtempSync(`${PREFIX}${process.pid}-`);
    const box = new Box(`${name}-${process.pid}`, join(base, 'shared'), join(base, 'root'));
    mkdirSync(box.shared, { mode: 0o755 });
    mkdirSync(box.#rootMount);
    process.once('exit', () => box.destroySync());
    execFileSync('mount', ['--bind', '/', box.#rootMount]);
    execFileSync('mount', ['--make-private', box.#rootMount]);
    box.#start(project, masked);
    await box.#untilRunning();
    return box;
  }

  #start(project: string, masked: readonly string[]): void {
    for (const parent of CGROUPS) {
      if (!existsSync(join(parent, 'cgroup.procs'))) continue;
      const dir = join(parent, this.name);
      mkdirSync(dir, { recursive: true });
      this.#cgroups.push(dir);
    }
    // The shell enters the box's own cgroups before it becomes nspawn: boxes that share one collide.
    const enter = this.#cgroups.map((dir) => `echo $$ > ${dir}/cgroup.procs;`).join(' ');
    const args = [
      '--quiet',
      '--boot',
      '--register=no',
      '--keep-unit',
      '--link-journal=no',
      '--console=pipe',
      '--private-network',
      '--volatile=overlay',
      `--machine=${this.name}`,
      `--directory=${this.#rootMount}`,
      `--bind-ro=${project}`,
      `--bind=${this.shared}:/lab`,
      ...masked.map((unit) => `systemd.mask=${unit}`),
    ];
    this.#nspawn = spawn('sh', ['-c', `${enter} exec systemd-nspawn "$@"`, 'sh', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  async #untilRunning(): Promise<void> {
    const nspawn = this.#nspawn;
    if (!nspawn?.pid) throw new Error('systemd-nspawn did not start');
    let said = '';
    nspawn.stdout?.on('data', (chunk) => {
      said += chunk;
    });
    nspawn.stderr?.on('data', (chunk) => {
      said += chunk;
    });
    for (let tries = 0; tries < 300; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      if (nspawn.exitCode !== null) throw new Error(`the box ended while booting: ${said.slice(-2000)}`);
      const found = spawnSync('pgrep', ['-P', String(nspawn.pid), 'systemd'], { encoding: 'utf8' }).stdout.trim();
      if (found === '') continue;
      this.#leader = Number(found.split('\n')[0]);
      const state = spawnSync('nsenter', ['-t', String(this.#leader), '-a', 'systemctl', 'is-system-running'], {
        encoding: 'utf8',
      }).stdout.trim();
      if (state === 'running' || state === 'degraded') return;
    }
    throw new Error(`the box did not boot in 30 s: ${said.slice(-2000)}`);
  }

  /** Runs a command in the box as a unit of its own; its exit code passes through. */
  run(command: readonly string[], more: { input?: string; env?: Record<string, string>; user?: string } = {}): Ended {
    const env = Object.entries(more.env ?? {}).map(([key, value]) => `--setenv=${key}=${value}`);
    const user = more.user === undefined ? [] : [`--uid=${more.user}`];
    const args = [
      '-t',
      String(this.#leader),
      '-a',
      'systemd-run',
      '-q',
      '--wait',
      '--pipe',
      '--collect',
      ...env,
      ...user,
      ...command,
    ];
    const { status, stdout, stderr } = spawnSync('nsenter', args, {
      encoding: 'utf8',
      input: more.input ?? '',
      maxBuffer: 256 * 1024 * 1024,
    });
    return { code: status ?? -1, stdout, stderr };
  }

  /** Like `run`, and an error if it does not end with 0. */
  must(command: readonly string[], more: Parameters<Box['run']>[1] = {}): string {
    const { code, stdout, stderr } = this.run(command, more);
    if (code !== 0) throw new Error(`in the box: ${command.join(' ')} ended with ${code}\n${stdout}\n${stderr}`);
    return stdout;
  }

  /** Puts a file into the directory shared with the box, as `/lab/NAME`. */
  share(name: string, content: string | Buffer): string {
    writeFileSync(join(this.shared, name), content, { mode: 0o644 });
    return `/lab/${name}`;
  }

  read(name: string): string {
    return readFileSync(join(this.shared, name), 'utf8');
  }

  /** Ends the box and everything of it. */
  async destroy(): Promise<void> {
    const nspawn = this.#nspawn;
    if (nspawn && nspawn.exitCode === null) {
      const ended = new Promise((resolve) => nspawn.once('exit', resolve));
      nspawn.kill('SIGTERM');
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 10_000))]);
    }
    this.destroySync();
  }

  /** The same without waiting, for the end of the process: also when a test failed. */
  destroySync(): void {
    if (this.#nspawn?.exitCode === null) this.#nspawn.kill('SIGKILL');
    if (this.#leader > 0) spawnSync('kill', ['-9', String(this.#leader)]);
    this.#nspawn = null;
    this.#leader = 0;
    for (const dir of this.#cgroups) removeCgroup(dir);
    removeBase(dirname(this.#rootMount));
  }
}

/** Takes away what a test process that was killed left behind. */
function removeStale(): void {
  for (const name of readdirSync('/var/tmp')) {
    const pid = `/var/tmp/${name}`.startsWith(PREFIX)
      ? name.slice(PREFIX.length - '/var/tmp/'.length).split('-')[0]
      : undefined;
    if (pid === undefined || existsSync(`/proc/${pid}`)) continue;
    const base = join('/var/tmp', name);
    spawnSync('pkill', ['-KILL', '-f', `systemd-nspawn.*${base}`]);
    removeBase(base);
  }
}

/** Unmounts the view of the machine's root, and only then removes the directory it was mounted in. */
function removeBase(base: string): void {
  const rootMount = join(base, 'root');
  spawnSync('umount', ['--lazy', rootMount]);
  if (!existsSync(join(rootMount, 'usr'))) rmSync(base, { recursive: true, force: true });
}

/** A cgroup directory goes only when its children are gone: deepest first. */
function removeCgroup(dir: string): void {
  try {
    for (const entry of readdirSync(dir, { withFileTypes: true }))
      if (entry.isDirectory()) removeCgroup(join(dir, entry.name));
    rmdirSync(dir);
  } catch {
    // Processes may still be ending in it; an empty cgroup is harmless.
  }
}
