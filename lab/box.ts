/**
 * A whole host in about a second: systemd as PID 1 in a copy-on-write view of this machine's own root, booted by systemd-nspawn. What happens in it is gone
 * with it; the machine itself is only read.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { whyNoNamespace, whyNoProgram, whyNotRoot } from '../test/fixture/needs.ts';
import { BASE, owner, removeStale, watch } from './box-cleanup.ts';
import { freeze, mountLayers, upperOf } from './layers.ts';

/** Where control groups hang: version 1 beside 2, and 2 alone. */
const CGROUPS = ['/sys/fs/cgroup/systemd', '/sys/fs/cgroup/unified', '/sys/fs/cgroup'];

/**
 * Generators of systemd that a box needs: units of SysV scripts, and the masks of its own command line. All of them run at each daemon-reload, of which packages do many, and took more time than
 * everything else.
 */
const GENERATORS = ['systemd-sysv-generator', 'systemd-debug-generator'];
const GENERATORS_DIR = '/usr/lib/systemd/system-generators';

/** A directory that masks the other generators. */
function makeGeneratorMasks(dir: string): string {
  mkdirSync(dir);
  for (const name of readdirSync(GENERATORS_DIR)) {
    if (!GENERATORS.includes(name)) symlinkSync('/dev/null', join(dir, name));
  }
  return dir;
}

/** Longest run of one command in a box, ms: a machine may have much else to do. */
const COMMAND_LIMIT_MS = 600_000;

/** Programs a box is booted, entered and looked into with. */
const PROGRAMS = ['systemd-nspawn', 'systemd-run', 'dbus-daemon', 'pgrep'] as const;

/** Why no box can be booted here; null if one can. Installs what is missing. */
export async function whyNoBox(): Promise<string | null> {
  if (whyNotRoot() !== null) return whyNotRoot();
  for (const program of PROGRAMS) {
    const reason = await whyNoProgram(program);
    if (reason !== null) return reason;
  }
  return whyNoNamespace('--mount', '--pid', '--fork');
}

export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

export interface RunInBox {
  input?: string;
  env?: Record<string, string>;
  user?: string;
  /** What the command leaves running is not ended with it: it starts services by their scripts. */
  leavesDaemons?: boolean;
}

/** Words before a command that hide the running systemd from it, and with it the way to its bus. */
export const WITHOUT_SYSTEMD: readonly string[] = [
  ...['unshare', '--mount', '/bin/sh', '-c'],
  ...['mount -t tmpfs none /run/systemd && exec "$@"', 'sh'],
];

export class Box {
  /** A directory shared with the box, where it is `/lab`. */
  readonly shared: string;
  readonly #base: string;
  readonly #watchdog: ChildProcess;
  /** Layers below that of this box; null where what is done in it is lost. */
  readonly #below: readonly string[] | null;
  #nspawn: ChildProcess | null = null;
  #said = '';
  #leader = 0;

  private constructor(base: string, below: readonly string[] | null) {
    this.#base = base;
    this.#below = below;
    this.shared = join(base, 'shared');
    this.#watchdog = watch(base);
  }

  /** Process id of its systemd, as the machine sees it. */
  get leader(): number {
    return this.#leader;
  }

  /**
   * Boots a box. `masked`: units of this machine that must not start in it. `below`: layers of boxes that were shut down, the topmost first (none for a first one), on which it goes on: its own
   * can be seen and be a layer in its turn.
   */
  static async boot(
    name: string,
    project: string,
    masked: readonly string[] = [],
    below: readonly string[] | null = null,
  ): Promise<Box> {
    removeStale();
    const base = mkdtempSync(BASE);
    writeFileSync(join(base, 'owner'), owner());
    const box = new Box(base, below);
    try {
      mkdirSync(box.shared, { mode: 0o755 });
      mkdirSync(join(base, 'root'));
      if (below === null) {
        // systemd-nspawn refuses / itself.
        execFileSync('mount', ['--bind', '/', box.root]);
        execFileSync('mount', ['--make-private', box.root]);
      } else mountLayers(base, below);
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
      ...(this.#below === null ? ['--volatile=overlay'] : []),
      `--machine=${name}`,
      `--directory=${this.root}`,
      // Project and node may lie on a mount of their own, which the view of the root does not show.
      `--bind-ro=${project}`,
      `--bind-ro=${process.execPath}`,
      `--bind=${this.shared}:/lab`,
      `--bind-ro=${makeGeneratorMasks(join(this.#base, 'generators'))}:/etc/systemd/system-generators`,
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
  run(command: readonly string[], more: RunInBox = {}): Ended {
    const env = Object.entries(more.env ?? {}).map(([key, value]) => `--setenv=${key}=${value}`);
    const user = more.user === undefined ? [] : [`--uid=${more.user}`];
    const leave = more.leavesDaemons === true ? ['--property=KillMode=process'] : [];
    // It would put variables of its own in the place of a word such as `${NAME}`.
    const words = command.map((word) => word.replaceAll('$', '$$$$'));
    return this.#enter(
      ['systemd-run', '-q', '--wait', '--pipe', '--collect', ...env, ...user, ...leave, '--', ...words],
      more.input,
    );
  }

  /** Like `run`, and an error if it does not end with 0. */
  must(command: readonly string[], more: RunInBox = {}): string {
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

  /** Root of its file system, seen from outside; without layers it is the machine's. */
  get root(): string {
    return join(this.#base, 'root');
  }

  /** What differs from the machine, the topmost layer first: of a box with layers. */
  get layers(): string[] {
    return [upperOf(this.#base), ...this.#below!];
  }

  /** Shuts a box with layers down, in order. What was done in it stays until it is destroyed. */
  async shutDown(): Promise<void> {
    const ended = once(this.#nspawn!, 'exit');
    this.#enter(['systemctl', '--no-block', 'poweroff']);
    await ended;
    freeze(this.#base, this.#below!);
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
