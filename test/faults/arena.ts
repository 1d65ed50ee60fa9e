/** One host and one server that are brought back to their beginning between runs: what a run with a fault leaves is held against what an undisturbed one leaves. */
import { renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect } from 'vitest';
import { readRuns } from '../../src/restore/runs.ts';
import { Box } from '../e2e/harness.ts';
import { pictureOf } from '../e2e/picture.ts';
import { Figures } from '../fixture/figures.ts';
import { type HostOptions, makeHost, type ThrowAwayHost } from '../fixture/host.ts';
import { PostgresServer } from '../fixture/postgres.ts';
import { run } from '../fixture/run.ts';

/** A host as it shows itself, its logs and run directories aside. */
export interface State {
  /** Content, mode, owner and target by path. */
  files: Map<string, string>;
  objects: string[];
  running: string[];
  enabled: string[];
}

export interface Difference {
  files: string[];
  objects: number;
  running: string[];
  enabled: string[];
}

/** What differs; empty for two hosts that are the same. */
export function differences(a: State, b: State): Partial<Difference> {
  const found: Partial<Difference> = {};
  const paths = [...new Set([...a.files.keys(), ...b.files.keys()])].filter(
    (path) => a.files.get(path) !== b.files.get(path),
  );
  if (paths.length > 0) found.files = paths;
  if (a.objects.join('\n') !== b.objects.join('\n')) found.objects = b.objects.length - a.objects.length;
  for (const key of ['running', 'enabled'] as const) {
    if (a[key].join() !== b[key].join()) found[key] = b[key];
  }
  return found;
}

export function isSame(a: State, b: State): boolean {
  return Object.keys(differences(a, b)).length === 0;
}

async function undisturbed(box: Box, words: readonly string[]): Promise<void> {
  const { report } = await box.json([...words]);
  if (report.exitCode !== 0) throw new Error(`an undisturbed run ended with ${JSON.stringify(report, null, 1)}`);
}

export class Arena {
  readonly box: Box;
  /** Runs that were disturbed, and judged (trial.ts). */
  readonly figures = new Figures('Injected faults', basename(expect.getState().testPath ?? '', '.test.ts'));
  /** Before any run. */
  before!: State;
  /** After one that nothing disturbed. */
  after!: State;

  readonly #services: boolean;

  private constructor(box: Box, services: boolean) {
    this.box = box;
    this.#services = services;
  }

  /**
   * @param more what is known of the host only when there is a server
   * @param earlier a run before the first state
   */
  static async make(
    options: Partial<HostOptions> = {},
    words: readonly string[] = ['-u'],
    more: (server: PostgresServer) => Promise<Partial<HostOptions>> = async () => ({}),
    earlier: readonly string[] | null = null,
  ): Promise<Arena> {
    const box = new Box<ThrowAwayHost>();
    box.server = await PostgresServer.start({ size: 'small' });
    const own = { dir: join(box.dir, 'host'), server: box.server, services: true };
    box.host = await makeHost({ ...own, ...options, ...(await more(box.server)) });
    const arena = new Arena(box, (options.services ?? true) === true);
    if (earlier !== null) await undisturbed(box, earlier);
    await box.server.superuser('CREATE DATABASE pristine TEMPLATE engine');
    box.host.stop();
    await run('cp', ['-a', box.root, arena.#pristine]);
    if (arena.#services) await box.host.services.start();
    arena.before = await arena.state();
    await undisturbed(box, words);
    arena.after = await arena.state();
    await arena.reset();
    return arena;
  }

  get #pristine(): string {
    return join(this.box.dir, 'pristine');
  }

  async state(): Promise<State> {
    const { box } = this;
    const { services } = box.host;
    const files = pictureOf(box).map(({ mtimeMs, ...entry }): [string, string] => [entry.path, JSON.stringify(entry)]);
    return {
      files: new Map(files),
      objects: await box.objects(),
      running: services.running(),
      enabled: services.enabled(),
    };
  }

  /** Everything is as it was before the first run. */
  async reset(): Promise<void> {
    const { box } = this;
    box.host.stop();
    const old = join(box.dir, 'old');
    renameSync(box.root, old);
    rmSync(old, { recursive: true });
    await run('cp', ['-a', this.#pristine, box.root]);
    const objects = await box.objects();
    if (this.before && objects.join('\n') !== this.before.objects.join('\n')) {
      await box.server.superuser('DROP DATABASE engine WITH (FORCE)');
      await box.server.superuser('CREATE DATABASE engine TEMPLATE pristine OWNER engine');
    }
    if (this.#services) await box.host.services.start();
  }

  /** Files of the first state that are gone or others now, and rows that are: each of them must be in a backup that is whole. */
  async lost(): Promise<string[]> {
    const now = await this.state();
    const lost = [...this.before.files.keys()].filter((path) => !now.files.has(path));
    if (now.objects.length < this.before.objects.length) lost.push('database');
    return lost;
  }

  /** One of the runs has made a backup of everything, and it is as it was written. */
  hasWholeBackup(): boolean {
    return readRuns(this.box.root).some(({ backup }) => backup?.state === 'whole');
  }

  destroy(): Promise<void> {
    this.figures.tell();
    return this.box.destroy();
  }
}
