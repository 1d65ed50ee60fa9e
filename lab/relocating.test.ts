/** docs/relocating-a-database.md, done as it is printed: to a server on another host over TLS, and back to the engine's own. Nothing is lost, and setup takes what was moved for an upgrade. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { passedOver } from '../test/fixture/needs.ts';
import { postgresPrograms } from '../test/fixture/programs.ts';
import { Box } from './box.ts';
import { DATABASE_HOST, DatabaseBox, whyNoDatabaseBox } from './database-box.ts';
import { type Block, blocksOf } from './fenced.ts';
import { MASKED, PROJECT } from './host.ts';
import type { EditionName } from './packages/editions.ts';
import { type RpmHost, whyNoPackages, withRpm } from './packages/rpm-host.ts';
import type { Outcome } from './stand-in/base/context.ts';
import { buildStandIn } from './stand-in/build.ts';
import { postgresqlUnit } from './units.ts';

const skip = passedOver('Moving a database', (await whyNoPackages()) ?? (await whyNoDatabaseBox()));
const BLOCKS = blocksOf(readFileSync(join(PROJECT, 'docs/relocating-a-database.md'), 'utf8'));
const DATA = '/var/lib/pgsql/data';

/** Of the database's role on the server that is moved to, and on a remote one that is moved from: with what is special to a drop-in, to sed, or to a password file. */
const NEW_PASSWORD = String.raw`n:e\w'&|password`;
const OLD_PASSWORD = String.raw`o:l\d-password`;

const DATABASES = ['engine', 'ovirt_engine_history'] as const;

/** As Enterprise Linux's PostgreSQL comes: it lets nobody in by password. */
const POSTGRESQL_SETUP = (bin: string) => `#!/bin/sh
[ "$1" = --initdb ] || exit 1
mkdir -p ${DATA} && chown postgres ${DATA} && cd / &&
setpriv --reuid=postgres --regid=postgres --clear-groups ${bin}/initdb -D ${DATA} --auth-local=peer --auth-host=ident --no-sync --locale=C.UTF-8 >/dev/null &&
printf 'fsync = off\\nautovacuum = off\\n' >>${DATA}/postgresql.conf
`;

/** What the administrator answers at setup's prompts, as options of the stand-in. */
const ENGINE_SETUP = (
  components: string,
) => `process.argv.push('--components=${components}', '--key-bits=1024', '--answers=/lab/answers.conf');
require('./stand-in.cjs');
`;
const VACUUM = '[environment:default]\nQUESTION/1/ENGINE_VACUUM_FULL=str:no\n';

/** Answers for databases that a DBA has made on the second host. */
function remoteAnswers(): string {
  const of = (prefix: string, provisioning: string, name: string): string[] => [
    `${provisioning}/postgresProvisioningEnabled=bool:False`,
    `${prefix}/host=str:${DATABASE_HOST}`,
    `${prefix}/database=str:${name}`,
    `${prefix}/user=str:${name}`,
    `${prefix}/password=str:${OLD_PASSWORD}`,
    `${prefix}/secured=bool:True`,
    `${prefix}/securedHostValidation=bool:True`,
  ];
  const engine = of('OVESETUP_DB', 'OVESETUP_PROVISIONING', 'engine');
  const dwh = of('OVESETUP_DWH_DB', 'OVESETUP_DWH_PROVISIONING', 'ovirt_engine_history');
  return `${VACUUM}${[...engine, ...dwh].join('\n')}\n`;
}

/** Every row of every table, as text after the name of the table. */
const ROWS = `SELECT format('SELECT %L || '' '' || t::text FROM %I.%I t', table_schema || '.' || table_name, table_schema, table_name)
  FROM information_schema.tables WHERE table_type = 'BASE TABLE' AND table_schema IN ('public', 'aaa_jdbc') ORDER BY 1 \\gexec`;
/** Rows that the upgrade itself renews. */
const RENEWED = /^public\.(?:sso_clients|vdc_options|schema_version) /;

class EngineHost {
  readonly rpm: RpmHost;
  readonly #bin: string;

  private constructor(rpm: RpmHost, bin: string) {
    this.rpm = rpm;
    this.#bin = bin;
  }

  /** Packages of the engine and of PostgreSQL, and nothing set up. */
  static async boot(name: string, edition: EditionName): Promise<EngineHost> {
    const { bin } = await postgresPrograms();
    const box = await Box.boot(
      name,
      PROJECT,
      MASKED.filter((unit) => unit !== 'postgresql.service'),
    );
    try {
      const rpm = await withRpm(box, edition);
      rpm.yum('install', 'ovirt-engine', 'ovirt-engine-dwh');
      const components = ['engine', 'dwh', 'websocket-proxy', ...(edition === '3.6' ? [] : ['ovn-provider'])];
      await buildStandIn(join(box.shared, 'stand-in.cjs'));
      box.share('engine-setup.cjs', ENGINE_SETUP(components.join()));
      box.share('postgresql-setup', POSTGRESQL_SETUP(bin));
      box.share('postgresql.service', postgresqlUnit(bin, DATA));
      const program = `#!/bin/sh\\nexec ${process.execPath} ${PROJECT}/dist/engine-cleanup.cjs "$@"\\n`;
      // Clusters of the machine itself do not start with a service of that name.
      rpm.sh(`systemctl stop 'postgresql*'; rm -rf /etc/postgresql /etc/init.d/postgresql
        install -m 755 /lab/postgresql-setup /usr/local/bin && cp /lab/postgresql.service /etc/systemd/system
        ln -sf ${['psql', 'pg_dump', 'pg_restore'].map((name) => `${bin}/${name}`).join(' ')} /usr/local/bin
        printf '${program}' >/usr/local/bin/engine-cleanup && chmod 755 /usr/local/bin/engine-cleanup
        systemctl daemon-reload`);
      return new EngineHost(rpm, bin);
    } catch (error) {
      await box.destroy();
      throw error;
    }
  }

  /** What the administrator of this host's own server types into psql. */
  dba(text: string, database = 'postgres'): string {
    const psql = [`${this.#bin}/psql`, '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', database];
    return this.rpm.box.must(psql, { user: 'postgres', input: text });
  }

  startServer(): void {
    this.rpm.sh('postgresql-setup --initdb && systemctl enable --quiet --now postgresql');
  }

  setup(answers: string): Outcome {
    this.rpm.box.share('answers.conf', answers);
    return outcomeOf(this.rpm.sh('engine-setup'));
  }
}

/** Whoever administrates a server. */
interface Dba {
  dba(text: string, database?: string): string;
}

function outcomeOf(said: string): Outcome {
  return JSON.parse(said.trim().split('\n').at(-1) ?? '') as Outcome;
}

function rowsOf(server: Dba): Map<string, string[]> {
  return new Map(DATABASES.map((name) => [name, server.dba(ROWS, name).split('\n').filter(Boolean)]));
}

interface Move {
  edition: EditionName;
  host: EngineHost;
  from: Dba;
  to: Dba;
  /** Settings that are not as printed. */
  settings: Readonly<Record<string, string>>;
  keepKeys: boolean;
}

/** Does the document. Standard output of step 6. */
function relocate({ edition, host, to, settings, keepKeys }: Move): string {
  const { rpm } = host;
  const under = (heading: string): Block[] => BLOCKS.filter((block) => block.heading.startsWith(heading));
  const root = ({ text }: Block): string => {
    const { code, stdout, stderr } = rpm.run(['/bin/sh', '-c', text]);
    const complaint = stderr.replace(/^Created symlink .*\n/gm, '');
    expect({ code, complaint }, `${text}\n${stdout}`).toEqual({ code: 0, complaint: '' });
    return stdout;
  };
  const write = ({ text }: Block, values: Readonly<Record<string, string>>): void => {
    const filled = Object.entries(values).reduce((all, [key, value]) => {
      expect(all).toMatch(new RegExp(`^${key}=`, 'm'));
      return all.replace(new RegExp(`^${key}=.*$`, 'm'), () => `${key}=${value}`);
    }, text);
    rpm.box.share('settings', filled);
    rpm.sh('install -m 600 /lab/settings /root/move/settings');
  };
  // The extension is for 4.2 and newer, and for the engine's database.
  const typed = ({ text }: Block, name: string): void => {
    const lines = text.replaceAll('en_US.UTF-8', 'C.UTF-8').replaceAll(/\bengine\b/g, name);
    const script = edition === '3.6' || name !== 'engine' ? lines.replace(/^CREATE EXTENSION.*$/m, '') : lines;
    to.dba(script.replace(/^\\password .*$/m, (line) => `${line}\n${NEW_PASSWORD}\n${NEW_PASSWORD}`));
  };

  const [make, text, ...trust] = under('1. ');
  root(make!);
  const values = { NEW_PASSWORD: `'${NEW_PASSWORD.replaceAll("'", "'\\''")}'`, ...settings };
  write(text!, values);
  if (settings.NEW_VALIDATION === undefined) {
    rpm.sh('cp /lab/ca.pem /root/move/ca.pem');
    trust.forEach(root);
  }
  for (const block of under('2. '))
    root({ ...block, text: keepKeys ? block.text : block.text.replace(' --keep-pki', '') });
  if (settings.NEW_HOST === 'localhost') under('From remote to local').forEach(root);
  const [other] = under('The Data Warehouse');
  const dwh = Object.fromEntries(
    other!.text
      .trim()
      .split('\n')
      .map((line) => line.split('=')),
  );
  for (const name of DATABASES) {
    if (name !== 'engine') write(text!, { ...values, ...dwh });
    for (const block of under('3. ')) typed(block, name);
    for (const heading of ['4. ', '5. ']) under(heading).forEach(root);
  }
  rpm.box.share('answers.conf', VACUUM);
  return under('6. ').map(root).join('');
}

/** The last step, on both sides. */
function tidy({ host, from }: Move): void {
  const blocks = BLOCKS.filter(({ heading }) => heading.startsWith('7. '));
  for (const { language, text } of blocks) {
    if (language === 'sh') host.rpm.sh(text);
    else for (const name of DATABASES) from.dba(text.replaceAll('engine', name));
  }
}

/** Moves both databases, and holds what is there afterwards against what was before. */
function expectMoved(move: Move): void {
  const { host, from, to, keepKeys } = move;
  const before = rowsOf(from);
  expect([...before.values()].map((rows) => rows.length > 5)).toEqual([true, true]);
  const outcome = outcomeOf(relocate(move));
  const hosts = host.rpm.sh("grep -rh '_DB_HOST=' /etc/ovirt-engine /etc/ovirt-engine-dwh").match(/".*"/g);
  expect(new Set(hosts)).toEqual(new Set([`"${move.settings.NEW_HOST ?? DATABASE_HOST}"`]));
  expect(outcome).toMatchObject({ taken: 'upgrade', failed: null, databases: { engine: 'engine' } });
  const lost = keepKeys
    ? []
    : [expect.stringMatching(/^unreadable-values/), expect.stringMatching(/^hosts-unapproved/)];
  expect(outcome.damage).toEqual(lost);
  const after = rowsOf(to);
  for (const [name, rows] of before) {
    const now = new Set(after.get(name));
    expect(
      rows.filter((row) => !now.has(row) && !RENEWED.test(row)),
      name,
    ).toEqual([]);
  }
  tidy(move);
  expect(from.dba("SELECT datname FROM pg_database WHERE datname ~ 'engine'")).toBe('');
  expect(host.rpm.run(['ls', '/root/move']).code).not.toBe(0);
  // Nothing is left that depends on the old place.
  expect(host.setup(VACUUM)).toMatchObject({ taken: 'upgrade', failed: null });
}

describe.skipIf(skip).each([
  { edition: '4.5.7', keeping: 'database and keys', back: 'database' },
  { edition: '3.6', keeping: 'database', back: 'database and keys' },
] as const)('moving the databases of $edition', { timeout: 600_000 }, ({ edition, keeping, back }) => {
  let database: DatabaseBox;
  const hosts: EngineHost[] = [];
  const boot = async (): Promise<EngineHost> => {
    const host = await EngineHost.boot(`engine-${hosts.length}`, edition);
    hosts.push(host);
    database.connect(host.rpm.box);
    return host;
  };

  beforeAll(async () => {
    execFileSync(process.execPath, [join(PROJECT, 'scripts/build.mjs')]);
    database = await DatabaseBox.boot();
  });
  afterAll(() => Promise.all([...hosts.map(({ rpm }) => rpm.box.destroy()), database?.destroy()]));

  it(`from this host to another, keeping ${keeping}`, async () => {
    const host = await boot();
    host.startServer();
    host.rpm.box.share('ca.pem', database.ca);
    expect(host.setup(VACUUM)).toMatchObject({ taken: 'new', failed: null, damage: [] });
    const keepKeys = keeping === 'database and keys';
    expectMoved({ edition, host, from: host, to: database, settings: {}, keepKeys });
  });

  it(`from another host to this, keeping ${back}`, async () => {
    for (const name of DATABASES) database.dba(`DROP DATABASE IF EXISTS ${name}; DROP ROLE IF EXISTS ${name};`);
    for (const name of DATABASES)
      database.give({ name, role: name, password: OLD_PASSWORD, uuid: name === 'engine' && edition !== '3.6' });
    const host = await boot();
    database.makeKnownTo(host.rpm.box);
    expect(host.setup(remoteAnswers())).toMatchObject({ taken: 'new', failed: null, damage: [] });
    const settings = { NEW_HOST: 'localhost', NEW_SECURED: 'False', NEW_VALIDATION: 'False' };
    expectMoved({ edition, host, from: database, to: host, settings, keepKeys: back === 'database and keys' });
  });
});
