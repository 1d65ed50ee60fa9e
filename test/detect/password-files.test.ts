/** Where the password file of 3.0 to 3.2 is, what was moved aside when it was written, and whose that is. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DetectContext } from '../../src/detect/context.ts';
import { findCredentials } from '../../src/detect/credentials.ts';
import { sharedDatabases } from '../../src/detect/shared.ts';
import { createFiles } from '../../src/host/files/index.ts';
import { g5 } from '../../src/layouts/g5.ts';
import { Vault } from '../../src/model/credentials.ts';
import type { Facts } from '../../src/model/facts.ts';
import type { ComponentLayout, Layout, PasswordFileLayout } from '../../src/model/layout.ts';
import { credentials, database } from '../plan/facts.ts';

const PGPASS = '/root/.pgpass';
const COPY = `${PGPASS}.2013_01_02_03_04_05`;

/** As 3.0 has it. */
const layoutWith = (rule: PasswordFileLayout): Layout => ({
  ...g5,
  components: g5.components.map((component): ComponentLayout => {
    if (component.id !== 'engine' || !component.database) return component;
    return { ...component, database: { ...component.database, credentials: [], passwordFiles: [rule] } };
  }),
});

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'engine-cleanup-pgpass-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function make(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text, { mode: 0o600 });
}

const lines = (password: string): string =>
  `localhost:5432:*:postgres:${password}\nlocalhost:5432:engine:engine:${password}\n`;

async function look(rule: PasswordFileLayout = { path: PGPASS }) {
  const faults: Facts['faults'] = [];
  const notes: string[] = [];
  const vault = new Vault();
  const host = { files: createFiles(root) };
  const context = {
    root,
    layout: layoutWith(rule),
    host,
    vault,
    uid: 0,
    note: (_: string, message: string) => notes.push(message),
    fault: (one: Facts['faults'][number]) => faults.push(one),
  };
  const found = await findCredentials(context as unknown as DetectContext, []);
  const told = (lists: typeof found.byComponent) =>
    (lists.get('engine') ?? []).map(({ role, origin, source, secret }) => [role, origin, source, vault.get(secret)]);
  return { users: told(found.byComponent), admins: told(found.adminLogins), files: found.pgpass, faults, notes };
}

describe('the password file', () => {
  it('gives the login of the engine and that of the administrator, before any copy', async () => {
    make(COPY, lines('older'));
    make(PGPASS, lines('newer'));
    expect(await look()).toMatchObject({
      users: [
        ['engine', 'password-file', PGPASS, 'newer'],
        ['engine', 'copy', COPY, 'older'],
      ],
      admins: [
        ['postgres', 'password-file', PGPASS, 'newer'],
        ['postgres', 'copy', COPY, 'older'],
      ],
    });
  });

  it('that cannot be read is a reason not to start: an older one must not be taken for it', async () => {
    make(COPY, lines('older'));
    mkdirSync(join(root, PGPASS));
    expect((await look()).faults).toMatchObject([{ check: 'unreadable', forcible: false }]);
  });

  it('without a line of setup gives nothing', async () => {
    make(PGPASS, 'db:5432:accounting:me:secret\n');
    expect(await look()).toEqual({ users: [], admins: [], files: [], faults: [], notes: [] });
  });

  it("goes last and stays with the database: whole where it is setup's alone, else only setup's lines", async () => {
    make(PGPASS, lines('x'));
    const own = { path: PGPASS, phase: 'credentials', keep: 'database', credentialsOf: ['engine'] };
    const [alone] = (await look()).files;
    expect(alone).toMatchObject(own);
    expect(alone).not.toHaveProperty('section');
    make(PGPASS, `db:5432:accounting:me:secret\n${lines('x')}`);
    const { files } = await look();
    expect(files).toMatchObject([{ ...own, section: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) } }]);
    expect(JSON.stringify(files)).not.toMatch(/:x|secret/);
  });

  it('stays where nobody can tell which lines are setup’s, and that is told without them', async () => {
    const begin = /^# begin$/;
    const marked = (text: string) => {
      make(PGPASS, text);
      return look({ path: PGPASS, begin, end: /^# end$/ });
    };
    for (const text of [`# begin\n${lines('x')}`, `# begin\n${lines('x')}# end\n# begin\n${lines('y')}# end\n`]) {
      const { files, notes, users } = await marked(text);
      expect(files).toEqual([]);
      expect(users).toMatchObject([['engine', 'password-file', PGPASS, 'x']]);
      expect(notes).toEqual([expect.stringMatching(/\.pgpass holds .*Take setup's out by hand/)]);
      expect(notes.join()).not.toMatch(/:x|:y/);
    }
  });
});

describe('one that was moved aside', () => {
  it("goes where it is setup's alone; the administrator's stays", async () => {
    make(COPY, lines('older'));
    make(`${PGPASS}.2013_02_02_03_04_05`, `db:5432:accounting:me:secret\n${lines('mixed')}`);
    make(`${PGPASS}.2013_03_02_03_04_05`, 'db:5432:accounting:me:secret\n');
    make(`${PGPASS}.mine`, lines('mine'));
    const { files, users } = await look();
    expect(files).toMatchObject([
      { path: COPY, phase: 'credential-copies', copyOf: PGPASS, credentialsOf: ['engine'], mode: 0o600 },
    ]);
    expect(users.map(([, , source]) => source).sort()).toEqual([COPY, `${PGPASS}.2013_02_02_03_04_05`]);
  });
});

describe("the running machine's own", () => {
  it('tells a database that a root shares with it', async () => {
    const own = { ...credentials('engine', PGPASS), origin: 'password-file' as const };
    const fact = database({ credentials: own });
    const shared = async () => (await sharedDatabases(createFiles(root), layoutWith({ path: PGPASS }), [fact])).length;
    expect(await shared()).toBe(0);
    make(PGPASS, lines('x'));
    expect(await shared()).toBe(1);
    make(PGPASS, lines('x').replaceAll('5432', '5433'));
    expect(await shared()).toBe(0);
  });
});
