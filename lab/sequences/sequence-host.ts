/** One host in the middle of a sequence: what an administrator types, and what can be seen from outside. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../../src/model/report.ts';
import type { Box, Ended } from '../box.ts';
import type { RpmHost } from '../packages/rpm-host.ts';
import type { Outcome } from '../stand-in/base/context.ts';
import { ALWAYS, MACHINE } from './allowed.ts';
import type { Beginning, Ground } from './ground.ts';
import { type Allowed, below, type Difference, describe, differences, type View } from './left.ts';
import { OTHERS_DATABASE } from './place.ts';
import { lostTexts, OF_EVERYBODY, OTHERS_LINE, survivorsOf } from './survivors.ts';

/** Of every engine-setup here: the services of the firewall are opened, too. */
const ANSWERS = '[environment:default]\nOVESETUP_CONFIG/firewallManager=str:firewalld\n';
/** What the program itself says that an upgrade asks. */
const UPGRADE = 'QUESTION/1/ENGINE_VACUUM_FULL=str:no\n';

/** Databases with their owners, roles with what they may and are members of. */
const CATALOGUE = `SELECT 'database ' || datname || ' of ' || datdba::regrole FROM pg_database
UNION SELECT 'role ' || rolname || CASE WHEN rolsuper THEN ' superuser' ELSE '' END FROM pg_roles WHERE rolname !~ '^pg_'
UNION SELECT 'member ' || member::regrole || ' of ' || roleid::regrole FROM pg_auth_members WHERE roleid::regrole::text !~ '^pg_'
ORDER BY 1`;

/** What is in a database, but for what every database has. */
const OBJECTS = `SELECT 'extension ' || extname FROM pg_extension
UNION SELECT 'schema ' || nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
UNION SELECT 'relation ' || c.oid::regclass FROM pg_class c WHERE relnamespace::regnamespace::text !~ '^(pg_|information_schema$)'
UNION SELECT 'function ' || p.oid::regprocedure FROM pg_proc p WHERE pronamespace::regnamespace::text !~ '^(pg_|information_schema$)'`;

/** Every row of every table, as text after the name of the table. */
const ROWS = `SELECT format('SELECT %L || '' '' || t::text FROM %I.%I t', table_schema || '.' || table_name, table_schema, table_name)
FROM information_schema.tables WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema') \\gexec`;

export interface SetupEnded {
  code: number;
  /** Null where it was killed. */
  outcome: Outcome | null;
  output: string;
}

export class SequenceHost {
  readonly rpm: RpmHost;
  readonly ground: Ground;
  /** What it began as. */
  readonly beginning: Beginning;
  /** By which setup finds databases that the last cleanup emptied, as its report says; null before any. */
  #answerFiles: readonly string[] | null = null;

  constructor(ground: Ground, rpm: RpmHost, beginning: Beginning) {
    this.ground = ground;
    this.rpm = rpm;
    this.beginning = beginning;
  }

  get box(): Box {
    return this.rpm.box;
  }

  /** Runs engine-setup, unattended. Where the databases are it is told before any cleanup; after one that emptied what setup had filled, by its answer files. */
  setup(...words: readonly string[]): SetupEnded {
    const { release, place } = this.ground;
    // Whoever tries a first setup again has the answers for it still.
    const isTold = this.#answerFiles === null || place.asked || this.beginning === 'installed';
    const answers = this.box.share('answers.conf', `${ANSWERS}${UPGRADE}${isTold ? place.answers : ''}`);
    const files = (this.#answerFiles ?? []).map((path) => `--config-append=${path}`);
    const common = [`--components=${release.components.join(',')}`, '--key-bits=1024', `--answers=${answers}`];
    const { code, stdout, stderr } = this.rpm.run(['engine-setup', ...common, ...files, ...words]);
    const last = stdout.trim().split('\n').at(-1) ?? '';
    const outcome = last.startsWith('{') ? (JSON.parse(last) as Outcome) : null;
    return { code, outcome, output: `${stdout}\n${stderr}` };
  }

  /** Runs engine-cleanup as root does, on the host itself. */
  cleanup(...words: readonly string[]): Ended & { report: Report } {
    const ended = this.rpm.run(['engine-cleanup', ...words, '--json']);
    const report = JSON.parse(ended.stdout || '{}') as Report;
    if (report.changed) this.#answerFiles = report.databases.flatMap(({ answers }) => answers ?? []);
    return { ...ended, report };
  }

  /** Databases and roles, the rows of somebody else's database, and what is in databases that setup did not make itself, one line each. */
  catalogue(): string[] {
    const others = this.#lines(ROWS, OTHERS_DATABASE).map((row) => `row of others: ${row}`);
    const given = this.ground.place.given.flatMap((name) =>
      this.#lines(OBJECTS, name).map((line) => `${name}: ${line}`),
    );
    return [...this.#lines(CATALOGUE), ...others, ...given].sort();
  }

  #lines(sql: string, database?: string): string[] {
    return this.ground.place.query(this.rpm, sql, database).split('\n').filter(Boolean);
  }

  /** Every row of databases, by database. */
  rows(databases: readonly string[]): Map<string, Set<string>> {
    return new Map(databases.map((name) => [name, new Set(this.#lines(ROWS, name))]));
  }

  /** Everything on its disk that differs from the host before any setup, but for `allowed`. */
  differences(allowed: Allowed): Map<string, Difference> {
    return differences(this.ground.before, this.box, this.box.layers, [...MACHINE, ...allowed]);
  }

  /** Everything on the host that a refused or needless run must leave as it is, with the processes of its services. */
  state(): string {
    const services = this.rpm.sh("pgrep -f '[l]ab-services/|[s]leep infinity' || :");
    return [...this.contents(), services].join('\n');
  }

  /** What runs of its services: units, and the programs of those that scripts start. */
  services(): string[] {
    const units = "systemctl list-units --type=service --state=active --plain --no-legend '*ovirt*' | cut -d' ' -f1";
    const programs = "pgrep -fa '[l]ab-services/|[s]leep infinity' | cut -d' ' -f2-";
    return this.rpm.sh(`${units}; ${programs} || :`).split('\n').filter(Boolean).sort();
  }

  /** Everything in files and databases. */
  contents(): string[] {
    const files = [...this.differences(ALWAYS)].map(([path, [, now]]) => `${path} ${now}`);
    const rows = [...this.rows(this.databases())].flatMap(([name, set]) => [...set].map((row) => `${name} ${row}`));
    return [...this.catalogue(), ...this.temporary(), ...files, ...rows.sort()];
  }

  /** Databases that setup made or filled. */
  databases(): string[] {
    const others = this.ground.catalogues.get('installed') ?? [];
    const own = this.catalogue().filter((line) => !others.includes(line));
    return [...this.ground.place.given, ...own.flatMap((line) => /^database (\S+)/.exec(line)?.[1] ?? [])];
  }

  /** Files in /tmp, where setup's password files are; it is not on the disk. */
  temporary(): string[] {
    return this.rpm.sh('find /tmp -xdev -type f').split('\n').filter(Boolean).sort();
  }

  /** Password files of root's that are not as somebody left them: setup's, and copies of them. */
  passwordFiles(): string[] {
    const names = this.rpm.sh('ls -d /root/.pgpass* 2>/dev/null || :').split('\n').filter(Boolean);
    return names.filter((path) => readFileSync(join(this.box.root, path), 'utf8') !== OTHERS_LINE);
  }

  /** What must survive and is not as it was: before any setup, and what setup made for everybody, on a host that it succeeded on. */
  lost(): string[] {
    const { before, setUp } = this.ground;
    const changed = (view: View, path: string): boolean => describe(this.box, path) !== describe(view, path);
    const made = OF_EVERYBODY.flatMap((path) => (this.beginning === 'set up' ? below(setUp, path) : []));
    return [
      ...survivorsOf(this.rpm.edition).filter((path) => changed(before, path)),
      ...made.filter((path) => changed(setUp, path)),
      ...lostTexts(this.rpm.edition, this.box),
    ];
  }
}
