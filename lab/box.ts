/**
 * A whole host in about a second: systemd as PID 1 in a copy-on-write view of this machine's own root, booted by systemd-nspawn. What happens in it is gone
 * with it; the machine itself is only read.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BASE, owner, removeStale, watch } from './box-cleanup.ts';

/** Where control groups hang: version 1 beside 2, and 2 alone. */
const CGROUPS = ['/sys/fs/cgroup/systemd', '/sys/fs/cgroup/unified', '/sys/fs/cgroup'];

/** Longest run of one command in a box, ms. */
const COMMAND_LIMIT_MS = 120_000;

/** Why no box can be booted here; null if one can. Installs what is missing. */
export function whyNoBox(): string | null {
  if (process.getuid?.() !== 0) return 'booting a box needs root';
  if (spawnSync('systemd-nspawn', ['--version']).status !== 0) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    spawnSync('apt-get', ['update', '-q'], { env, stdio: 'ignore' });
    const packages = ['systemd-container', 'systemd', 'dbus', 'procps'];
    const { status, stderr } = spawnSync('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...packages], {
      env,
      encoding: 'utf8',
    });
    if (status !== 0) return `systemd-container cannot be installed: ${stderr?.trim().split('\n').at(-1)}`;
  }
  const unshared = spawnSync('unshare', ['--mount', '--pid', '--fork', 'true'], { encoding: 'utf8' });
  return unshared.status === 0 ? null : `no namespaces here: ${unshared.stderr?.trim()}`;
}

/** The same for a test file: says loudly what is not tested here, and is an error where CI must not pass it over. */
export function whyNotHere(what: string): string | null {
  const reason = whyNoBox();
  if (reason === null) return null;
  const text = `\n*** ${what} cannot be tested here: ${reason}. Everything else was. ***\n`;
  if (process.env.ENGINE_CLEANUP_LAB === 'require') throw new Error(text);
  process.stderr.write(text);
  return reason;
}

export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

export class Box {
  /** A directory shared with the box, where it is `/lab`. */
  readonly shared: string;
  readonly #base: string;
  readonly #watchdog: ChildProcess;
  #nspawn: ChildProcess | null = null;
  #said = '';
  #leader = 0;

  private constructor(base: string) {
    this.#base = base;
    this.shared = join(base, 'shared');
    this.#watchdog = watch(base);
  }

  /** Boots a box. `masked`: units of this machine that must not start in it. */
  static async boot(name: string, project: string, masked: readonly string[] = []): Promise<Box> {
    removeStale();
    const base = mkdtempSync(BASE);
    writeFileSync(join(base, 'owner'), owner());
    const box = new Box(base);
    try {
      mkdirSync(box.shared, { mode: 0o755 });
      mkdirSync(join(base, 'root'));
      // systemd-nspawn refuses / itself.
      execFileSync('mount', ['--bind', '/', join(base, 'root')]);
      execFileSync('mount', ['--make-private', join(base, 'root')]);
      box.#start(`${name}-${process.pid}`, project, masked);
      await box.#untilRunning();
      return box;
    } catch (error) {
      await box.destroy();
      throw error;
    }
  }

  #start(name: string, project: string, masked: readonly string[]): void {
    const parents = CGROUPS.filter((dir) => existsSync(join(dir, 'cgroup.procs')));
    const cgroups = parents.map((dir) => join(dir, `engine-cleanup-lab-${name}`));
    writeFileSync(join(this.#base, 'cgroups'), cgroups.map((dir) => `${dir}\n`).join(''));
    for (const dir of cgroups) mkdirSync(dir);
    // The shell enters the box's own groups before it becomes nspawn: boxes that share one collide.
    const enter = cgroups.map((dir) => `echo $$ > ${dir}/cgroup.procs;`).join(' ');
    const args = [
      '--quiet',
      '--boot',
      '--register=no',
      '--keep-unit',
      '--link-journal=no',
      '--console=pipe',
      '--private-network',
      '--volatile=overlay',
      `--machine=${name}`,
      `--directory=${join(this.#base, 'root')}`,
      // Project and node may lie on a mount of their own, which the view of the root does not show.
      `--bind-ro=${project}`,
      `--bind-ro=${process.execPath}`,
      `--bind=${this.shared}:/lab`,
      ...masked.map((unit) => `systemd.mask=${unit}`),
    ];
    this.#nspawn = spawn('sh', ['-c', `${enter} exec systemd-nspawn "$@"`, 'sh', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#nspawn.stdout, this.#nspawn.stderr]) {
      stream?.on('data', (chunk) => {
        this.#said = (this.#said + chunk).slice(-4000);
      });
    }
  }

  async #untilRunning(): Promise<void> {
    const nspawn = this.#nspawn!;
    for (let tries = 0; tries < 600; tries += 1) {
      await sleep(50);
      if (nspawn.exitCode !== null) throw new Error(`the box ended while booting: ${this.#said}`);
      const found = spawnSync('pgrep', ['-P', String(nspawn.pid), 'systemd'], { encoding: 'utf8' }).stdout.trim();
      if (found === '') continue;
      this.#leader = Number(found.split('\n')[0]);
      const { stdout } = this.#enter(['systemctl', 'is-system-running']);
      if (['running', 'degraded'].includes(stdout.trim())) return;
    }
    throw new Error(`the box did not boot in 30 s: ${this.#said}`);
  }

  #enter(command: readonly string[], input = ''): Ended {
    const { error, status, stdout, stderr } = spawnSync('nsenter', ['-t', String(this.#leader), '-a', ...command], {
      encoding: 'utf8',
      input,
      timeout: COMMAND_LIMIT_MS,
      maxBuffer: 256 * 1024 * 1024,
    });
    if (error) throw new Error(`in the box: ${command.join(' ')}: ${error.message}`);
    return { code: status ?? -1, stdout, stderr };
  }

  /** Runs a command in the box as a unit of its own; its exit code passes through. */
  run(command: readonly string[], more: { input?: string; env?: Record<string, string>; user?: string } = {}): Ended {
    const env = Object.entries(more.env ?? {}).map(([key, value]) => `--setenv=${key}=${value}`);
    const user = more.user === undefined ? [] : [`--uid=${more.user}`];
    return this.#enter(
      ['systemd-run', '-q', '--wait', '--pipe', '--collect', ...env, ...user, '--', ...command],
      more.input,
    );
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

  /** Ends the box and everything of it. May be called twice. */
  async destroy(): Promise<void> {
    const ended = this.#watchdog.exitCode === null ? once(this.#watchdog, 'exit') : null;
    this.#watchdog.ref();
    this.#watchdog.stdin?.end();
    await ended;
    if (existsSync(this.#base)) throw new Error(`the box in ${this.#base} could not be taken away`);
  }
}
