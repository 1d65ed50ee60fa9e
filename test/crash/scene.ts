/**
 * This room proves that a run may be killed anywhere: the next one ends as if nothing had been, nothing is lost that is not in a backup that was checked before, and what was dumped whole is never
 * dumped over. A scene is one host with its server and one command, kept as it was before, so that it can be gone back to as often as it takes.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Report } from '../../src/model/report.ts';
import { type Box, difference, type Outcome } from '../e2e/harness.ts';
import { dumpOf } from '../e2e/picture.ts';
import type { HostTree } from '../fixture/host-tree.ts';
import type { Entry } from '../fixture/listing.ts';
import { run } from '../fixture/run.ts';
import { type Kept, keptIn, whatIsLost } from './kept.ts';
import type { KillPoint, TracedStep } from './kill-points.ts';
import { tracedSteps } from './trace.ts';

export interface Picture {
  /** Content, mode, owner and target of everything below the root but what runs leave of themselves. */
  files: Entry[];
  /** Text of each database's dump; roles with their passwords; what the server says of each database. */
  databases: Record<string, string>;
  /** Services that run, and those that are enabled. */
  services: string[];
}

export interface Before {
  files: Entry[];
  /** Names of what is in each database, and of its tables alone. */
  objects: Record<string, string[]>;
  tables: Record<string, string[]>;
}

const named = (path: string): { path: string } => ({ path });

/** Certificates that the environment adds are read at each start of Node. */
const PLAIN = { NODE_EXTRA_CA_CERTS: undefined };

/** What a run leaves of itself. */
const OWN = /^\/(?:var\/lib\/engine-cleanup|run|var\/log\/ovirt-engine\/engine-cleanup\.log)(?:\/|$)/;

/** The first line in which two texts differ, for the message. */
function firstDifference(should: string, is: string): string {
  const [a, b] = [should, is].map((path) => {
    try {
      return readFileSync(path, 'utf8').split('\n');
    } catch {
      return []; // a link or a directory
    }
  }) as [string[], string[]];
  const at = a.findIndex((line, index) => line !== b[index]);
  return at < 0 ? '' : `: line ${at + 1} is "${b[at] ?? ''}" instead of "${a[at]}"`;
}

export class Scene {
  readonly box: Box<HostTree>;
  readonly args: string[];
  /** Before the run. */
  before!: Before;
  /** After a run that nobody disturbed. */
  end!: { picture: Picture; code: number | null };
  /** Steps of that run which had something to do. */
  steps!: TracedStep[];
  readonly #program: string;
  readonly #started: readonly string[];

  private constructor(box: Box<HostTree>, args: string[], program: string) {
    this.box = box;
    this.args = args;
    this.#program = program;
    this.#started = box.host.services.running();
  }

  /** Keeps the host as it is now, and runs once undisturbed. */
  static async of(box: Box<HostTree>, args: string[], program: string): Promise<Scene> {
    const scene = new Scene(box, args, program);
    await scene.#keep();
    await scene.reset();
    scene.before = await scene.look();
    const trace = join(box.dir, 'trace');
    rmSync(trace, { force: true });
    const { code, stdout, stderr } = await scene.run({ CRASH_TRACE: trace });
    if (code !== 0 && code !== 6) throw new Error(`undisturbed, it ended with ${code}\n${stdout}\n${stderr}`);
    scene.steps = tracedSteps(trace);
    scene.end = { picture: await scene.picture(), code };
    await run('cp', ['-a', '--reflink=auto', box.root, scene.#kept('end')]);
    return scene;
  }

  #kept(what: string): string {
    return join(this.box.dir, `kept-${what}`);
  }

  async #keep(): Promise<void> {
    const { server, root } = this.box;
    this.box.host.stop();
    await server.stop();
    await run('cp', ['-a', '--reflink=auto', root, this.#kept('host')]);
    await run('cp', ['-a', '--reflink=auto', join(server.dir, 'data'), this.#kept('data')]);
  }

  /** Everything as it was before the run. */
  async reset(): Promise<void> {
    const { server, root, host } = this.box;
    host.stop();
    if (server.running) await server.kill();
    const data = join(server.dir, 'data');
    await run('rm', ['-rf', root, data]);
    await run('cp', ['-a', '--reflink=auto', this.#kept('host'), root]);
    await run('cp', ['-a', '--reflink=auto', this.#kept('data'), data]);
    await server.restart();
    if (this.#started.length > 0) await host.services.start(this.#started);
  }

  run(env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
    return this.box.run(this.args, { program: this.#program, env: { ...PLAIN, ...env } });
  }

  /** A run that dies there. False where it came to its end without passing that place. */
  async killedAt(point: KillPoint): Promise<boolean> {
    const { signal, code, stdout, stderr } = await this.run({ CRASH_AT: JSON.stringify(point) });
    if (signal === 'SIGKILL') return true;
    if (code !== this.end.code) throw new Error(`it was not killed, and ended with ${code}\n${stdout}\n${stderr}`);
    return false;
  }

  /** A run whose server dies there. False where it came to its end without passing that place. */
  async servedUntil(point: KillPoint): Promise<boolean> {
    const { server } = this.box;
    await this.run({ CRASH_AT: JSON.stringify(point), CRASH_SERVER: String(server.pid) });
    if (server.running) return false;
    await server.restart();
    return true;
  }

  /** Waits until no run holds the host any more. */
  async isFree(): Promise<void> {
    for (const deadline = Date.now() + 30_000; Date.now() < deadline; await sleep(50)) {
      const { code } = await this.box.run(['runs', '--prune', '1000', '-u']);
      if (code !== 75) return;
    }
  }

  /** Id of the last run that wrote down the beginning of a step; undefined where none did. */
  begun(): string | undefined {
    const began = (id: string): boolean =>
      this.box.text(`/var/lib/engine-cleanup/${id}/journal.jsonl`).includes('"event":"begin"');
    const isThere = (id: string): boolean => this.box.exists(`/var/lib/engine-cleanup/${id}/journal.jsonl`);
    return this.box
      .runs()
      .filter((id) => isThere(id) && began(id))
      .at(-1);
  }

  /** The run that comes after. */
  async rerun(): Promise<{ report: Report }> {
    return await this.box.json(this.args, { env: PLAIN });
  }

  async #databases(): Promise<string[]> {
    const rows = await this.box.server.superuser<{ name: string }>(
      "SELECT datname AS name FROM pg_database WHERE datname <> 'postgres' AND NOT datistemplate ORDER BY 1",
    );
    return rows.map(({ name }) => name);
  }

  files(): Entry[] {
    return this.box.host.listing().filter(({ path }) => !OWN.test(path));
  }

  async look(): Promise<Before> {
    const look: Before = { files: this.files(), objects: {}, tables: {} };
    for (const name of await this.#databases()) {
      look.objects[name] = await this.box.objects(name);
      const tables = await this.box.server.superuser<{ name: string }>(
        `SELECT schemaname || '.' || tablename AS name FROM pg_tables
          WHERE schemaname NOT LIKE 'pg\\_%' AND schemaname <> 'information_schema' ORDER BY 1`,
        name,
      );
      look.tables[name] = tables.map((table) => table.name);
    }
    return look;
  }

  async picture(): Promise<Picture> {
    const { box } = this;
    const databases: Picture['databases'] = {};
    for (const name of await this.#databases()) databases[name] = await dumpOf(box as Box, name);
    const told = async (sql: string): Promise<string> => JSON.stringify(await box.server.superuser(sql));
    databases['*'] = await told(
      'SELECT datname, datdba::regrole::text, datconnlimit, datacl::text FROM pg_database ORDER BY 1',
    );
    databases['* roles'] = await told(
      'SELECT rolname, rolsuper, rolcanlogin, rolcreatedb, rolconnlimit, rolpassword FROM pg_authid ORDER BY 1',
    );
    const { services } = box.host;
    const enabled = services.enabled().map((name) => `${name} (enabled)`);
    return { files: this.files(), databases, services: [...services.running(), ...enabled] };
  }

  /** How the host differs from how it is after an undisturbed run; empty where it does not. */
  async differences(): Promise<string[]> {
    const [is, should] = [await this.picture(), this.end.picture];
    const { gone, made, changed } = difference(should.files, is.files);
    const names = [...new Set([...Object.keys(is.databases), ...Object.keys(should.databases)])];
    return [
      ...gone.map((path) => `${path} is missing`),
      ...made.map((path) => `${path} is left`),
      ...changed.map((path) => `${path} differs${firstDifference(join(this.#kept('end'), path), this.box.path(path))}`),
      ...names
        .filter((name) => is.databases[name] !== should.databases[name])
        .map((name) => `database ${name} differs`),
      ...difference(should.services.map(named), is.services.map(named)).gone.map((name) => `${name} is off`),
      ...difference(should.services.map(named), is.services.map(named)).made.map((name) => `${name} is on`),
    ];
  }

  /** What whole backups hold. */
  kept(): Promise<Kept[]> {
    return keptIn(this.box);
  }

  /** What whole backups hold, and what of it is lost by now without being in one of them. */
  async lost(): Promise<{ kept: Kept[]; lost: string[] }> {
    const kept = await this.kept();
    return { kept, lost: whatIsLost(this.before, await this.look(), kept) };
  }

  async destroy(): Promise<void> {
    await this.box.destroy();
  }
}
