/** Runs the real program, as built, on throw-away hosts. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Report } from '../../src/model/report.ts';
import { validateReport } from '../cli/schema.ts';
import { type HostOptions, makeHost, type ThrowAwayHost } from '../fixture/host.ts';
import type { HostTree } from '../fixture/host-tree.ts';
import { ENGINE_PASSWORD, HISTORY_PASSWORD, PostgresServer } from '../fixture/postgres.ts';

/** As `test/build.ts` made it before the first test. */
export const PROGRAM = join(new URL('../..', import.meta.url).pathname, 'dist/engine-cleanup.cjs');
export const SECRETS = [ENGINE_PASSWORD, HISTORY_PASSWORD, 'SAMPLE-CLIENT-SECRET'];

export interface Outcome {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  ms: number;
}

export interface Running {
  child: ChildProcess;
  ended: Promise<Outcome>;
  /** Resolves when the text has appeared on stdout or stderr. */
  saw(text: string): Promise<void>;
}

export class Box<Host extends HostTree = ThrowAwayHost> {
  readonly dir = mkdtempSync(join(tmpdir(), 'engine-cleanup-e2e-'));
  server!: PostgresServer;
  host!: Host;

  /** A server and a host that uses it. Its databases are small ones, unless `server` says otherwise. */
  static async make(
    options: Partial<HostOptions> = {},
    server: Parameters<typeof PostgresServer.start>[0] = {},
  ): Promise<Box> {
    const box = new Box<ThrowAwayHost>();
    const contents = options.dwh ? 'engine+dwh' : 'engine';
    box.server = await PostgresServer.start({ contents, size: 'small', ...server });
    box.host = await makeHost({ dir: join(box.dir, 'host'), server: box.server, ...options });
    return box;
  }

  get root(): string {
    return join(this.dir, 'host');
  }

  path(inside: string): string {
    return this.root + inside;
  }

  exists(inside: string): boolean {
    try {
      statSync(this.path(inside));
      return true;
    } catch {
      return false;
    }
  }

  text(inside: string): string {
    return readFileSync(this.path(inside), 'utf8');
  }

  /** `program`: another than the built one. */
  start(
    args: string[],
    more: { env?: NodeJS.ProcessEnv; input?: string; prefix?: string[]; program?: string } = {},
  ): Running {
    const began = performance.now();
    const { bin, env } = this.server.programs;
    const command = [...(more.prefix ?? []), process.execPath, more.program ?? PROGRAM, '--root', this.root, ...args];
    const child = spawn(command[0]!, command.slice(1), {
      env: { ...process.env, ...env, PATH: `${bin}:${process.env.PATH}`, NO_COLOR: '1', ...more.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    const waiting: { text: string; go: () => void }[] = [];
    const look = (): void => {
      for (const one of waiting) if ((stdout + stderr).includes(one.text)) one.go();
    };
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
      look();
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
      look();
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(more.input ?? '');
    const ended = new Promise<Outcome>((resolve) => {
      child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr, ms: performance.now() - began }));
    });
    const saw = (text: string): Promise<void> =>
      new Promise((go) => {
        waiting.push({ text, go });
        look();
      });
    return { child, ended, saw };
  }

  run(args: string[], more: Parameters<Box['start']>[1] = {}): Promise<Outcome> {
    return this.start(args, more).ended;
  }

  /** Runs with `--json` and returns the validated report. */
  async json(
    args: string[],
    more: Parameters<Box['start']>[1] = {},
  ): Promise<{ report: Report; code: number | null; outcome: Outcome }> {
    const outcome = await this.run([...args, '--json'], more);
    let report: Report;
    try {
      report = JSON.parse(outcome.stdout) as Report;
    } catch {
      throw new Error(`no JSON on stdout (exit ${outcome.code})\n${outcome.stdout}\n${outcome.stderr}`);
    }
    const wrong = validateReport(report);
    if (wrong.length > 0) throw new Error(`the report does not fit its schema: ${wrong.join('; ')}`);
    if (report.exitCode !== outcome.code)
      throw new Error(`report says exit ${report.exitCode}, process ended with ${outcome.code}`);
    return { report, code: outcome.code, outcome };
  }

  /** Runs on a terminal, answering the questions in their order. `first`: what is done while the first question is open. */
  async terminal(
    args: string[],
    answers: string,
    first: () => Promise<unknown> = async () => undefined,
  ): Promise<{ code: number; text: string }> {
    const { bin, env } = this.server.programs;
    const words = [process.execPath, PROGRAM, '--root', this.root, ...args].map((word) => `'${word}'`).join(' ');
    const child = spawn('script', ['--quiet', '--return', '--echo', 'never', '--command', words, '/dev/null'], {
      env: { ...process.env, ...env, PATH: `${bin}:${process.env.PATH}`, NO_COLOR: '1', TERM: 'xterm', COLUMNS: '100' },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let text = '';
    const lines = answers.split('\n').filter((line) => line !== '');
    let asked = 0;
    let ready: Promise<unknown> | null = null;
    const answer = (): void => {
      // Answers are not echoed, so the next text follows a question in the same line; answer each once.
      const questions = text.match(/\(yes\/no\)(?: \[(?:yes|no)\])?: /g)?.length ?? 0;
      while (asked < questions && lines.length > 0) {
        asked += 1;
        const line = lines.shift() ?? '';
        // Ctrl-C and Ctrl-D are typed without the return key.
        child.stdin.write(/^[\x03\x04]$/.test(line) ? line : `${line}\n`);
      }
    };
    child.stdout.on('data', (chunk) => {
      text += chunk;
      if (!text.includes('(yes/no)')) return;
      ready ??= first();
      void ready.then(answer);
    });
    const code = await new Promise<number>((resolve) => child.on('close', (status) => resolve(status ?? -1)));
    return { code, text: text.replaceAll('\r', '') };
  }

  /** Everything the program wrote about the run: log, run directories without the backup. */
  written(): string {
    const texts: string[] = [];
    const log = this.path('/var/log/ovirt-engine/engine-cleanup.log');
    if (existsSync(log)) texts.push(readFileSync(log, 'utf8'));
    const runs = this.path('/var/lib/engine-cleanup');
    for (const run of existsSync(runs) ? readdirSync(runs) : []) {
      for (const name of ['plan.json', 'journal.jsonl', 'report.json']) {
        const path = join(runs, run, name);
        if (existsSync(path)) texts.push(readFileSync(path, 'utf8'));
      }
    }
    return texts.join('\n');
  }

  runs(): string[] {
    const runs = this.path('/var/lib/engine-cleanup');
    return existsSync(runs) ? readdirSync(runs).sort() : [];
  }

  /** Catalogue of the engine database as an administrator would compare it. */
  async objects(database = 'engine'): Promise<string[]> {
    const rows = await this.server.superuser<{ what: string }>(
      `SELECT n.nspname || '.' || c.relname AS what FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' ORDER BY 1`,
      database,
    );
    return rows.map(({ what }) => what);
  }

  async destroy(): Promise<void> {
    endScripts(this.root);
    this.host?.stop();
    await this.server?.destroy();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** Ids and arguments of all processes of the machine. */
function processes(): { pid: number; args: string[] }[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((name) => {
    try {
      return { pid: Number(name), args: readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0') };
    } catch {
      return []; // It ended meanwhile.
    }
  });
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended meanwhile.
  }
}

/** kill -9 of init scripts below a root that never end, and whose program was killed while it waited for them. Each leads a group of its own. */
function endScripts(root: string): void {
  for (const { pid, args } of processes()) if (args[1]?.startsWith(`${root}/etc/init.d/`)) kill(-pid);
}

/** kill -9 of programs that work below a root, by themselves: who traces them sees them end. */
export function endPrograms(root: string): void {
  for (const { pid, args } of processes()) if (args[1] === PROGRAM && args.includes(root)) kill(pid);
}

/** Paths that a listing has and another has not, and that differ in content, owner, mode or target. */
export function difference(
  before: readonly { path: string }[],
  after: readonly { path: string }[],
): { gone: string[]; made: string[]; changed: string[] } {
  const key = (list: readonly { path: string }[]): Map<string, string> =>
    new Map(list.map((one) => [one.path, JSON.stringify(one)]));
  const [a, b] = [key(before), key(after)];
  return {
    gone: [...a.keys()].filter((path) => !b.has(path)),
    made: [...b.keys()].filter((path) => !a.has(path)),
    changed: [...a.keys()].filter((path) => b.has(path) && a.get(path) !== b.get(path)),
  };
}
