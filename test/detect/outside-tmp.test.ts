/** Password files of a developer's killed setup in the machine's own /tmp: which go, which are only told, which are nobody's business. */
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, linkSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DetectContext } from '../../src/detect/context.ts';
import { findOutsideTmp } from '../../src/detect/outside-tmp.ts';
import type { Files } from '../../src/host/port.ts';
import type { DatabaseFact } from '../../src/model/facts.ts';
import { isRoot, Scratch } from '../host/scratch.ts';
import { credentials, database } from '../plan/facts.ts';

const PATH = '/tmp/tmpabcd1234';
const DATABASE = database({ credentials: { ...credentials('engine', ''), host: 'db' } });
const LINE = 'db:5432:engine:engine:secret';

/** Stand for the running machine, and for what is below the root. */
let machine: Scratch;
let root: Scratch;

beforeEach(() => {
  machine = new Scratch();
  root = new Scratch();
  machine.mkdir('/tmp');
  chmodSync(machine.real('/tmp'), 0o1777);
});
afterEach(() => {
  machine.destroy();
  root.destroy();
});

function leave(path: string, line = LINE, mode = 0o600): void {
  machine.write(path, `# DB USER credentials.\n${line}\n`, mode);
}

async function look(
  more: { files?: Partial<Files>; databases?: DatabaseFact[] } = {},
): Promise<{ found: string[]; told: string[] }> {
  const told: string[] = [];
  const context = {
    uid: process.getuid!(),
    host: { files: root.files, machine: { ...machine.files, ...more.files } },
    note: (_: string, message: string) => told.push(message),
  };
  const found = await findOutsideTmp(context as unknown as DetectContext, more.databases ?? [DATABASE]);
  expect(JSON.stringify([found, told])).not.toContain('secret');
  return { found: found.map(({ path }) => path), told };
}

describe("the caller's own", () => {
  it('that names this very database is found as what it is', async () => {
    leave(PATH);
    expect(await look()).toEqual({ found: [PATH], told: [] });
    const context = { uid: process.getuid!(), host: { files: root.files, machine: machine.files } };
    const [file] = await findOutsideTmp(context as unknown as DetectContext, [DATABASE]);
    expect(file).toEqual({
      path: PATH,
      identity: await machine.identity(PATH),
      mode: 0o600,
      uid: process.getuid!(),
      names: { host: 'db', port: 5432, database: 'engine', role: 'engine' },
    });
  });

  it.each([
    ['another server', 'elsewhere:5432:engine:engine:secret'],
    ['another port', 'db:5433:engine:engine:secret'],
    ['another database', 'db:5432:accounting:engine:secret'],
    ['another role', 'db:5432:engine:postgres:secret'],
    ['any database', 'db:5432:*:engine:secret'],
  ])('that names %s is not', async (_, line) => {
    leave(PATH, line);
    expect(await look()).toEqual({ found: [], told: [] });
  });

  it('that names the database of another host is not', async () => {
    leave(PATH);
    expect(await look({ databases: [{ ...DATABASE, foreign: 'of another host' }] })).toEqual({ found: [], told: [] });
  });

  it.each([
    ['a mode others can read', PATH, 0o644],
    ['a name that setup does not give', '/tmp/tmp-by-name', 0o600],
    ['a place below', '/tmp/sub/tmpabcd1234', 0o600],
  ])('with %s is not', async (_, path, mode) => {
    leave(path, LINE, mode);
    expect(await look()).toEqual({ found: [], told: [] });
  });

  it('with anything more in it is not', async () => {
    leave(PATH, `${LINE}\nmy.other:5432:x:y:z`);
    expect(await look()).toEqual({ found: [], told: [] });
  });
});

describe('never taken for one is', () => {
  it('a link to one', async () => {
    leave('/home/me/pgpass');
    symlinkSync(machine.real('/home/me/pgpass'), machine.real(PATH));
    expect(await look()).toEqual({ found: [], told: [] });
  });

  it('a FIFO, which is not opened', async () => {
    execFileSync('mkfifo', ['--mode=600', machine.real(PATH)]);
    expect(await look()).toEqual({ found: [], told: [] });
  });

  it('a directory', async () => {
    machine.mkdir(PATH);
    expect(await look()).toEqual({ found: [], told: [] });
  });

  it('a second name of a file that lies elsewhere, which is told', async () => {
    leave('/home/me/pgpass');
    linkSync(machine.real('/home/me/pgpass'), machine.real(PATH));
    const { found, told } = await look();
    expect(found).toEqual([]);
    expect(told).toEqual([expect.stringMatching(/second name.*rm \/tmp\/tmpabcd1234$/)]);
  });

  it.runIf(isRoot)('one of another user, who may have put it there', async () => {
    leave(PATH);
    chownSync(machine.real(PATH), 1234, 1234);
    expect(await look()).toEqual({ found: [], told: [] });
  });

  it.runIf(isRoot)("one of the root's owner, which is told to a caller who is somebody else", async () => {
    leave(PATH);
    chownSync(machine.real(PATH), 1234, 1234);
    chownSync(root.root, 1234, 1234);
    const { found, told } = await look();
    expect(found).toEqual([]);
    expect(told).toEqual([expect.stringMatching(/not a file of the caller.*rm \/tmp\/tmpabcd1234$/)]);
  });

  it('one that was exchanged while it was read', async () => {
    leave(PATH);
    const readBytes: Files['readBytes'] = async (path, limit) => {
      const bytes = await machine.files.readBytes(path, limit);
      writeFileSync(machine.real('/tmp/other'), bytes!, { mode: 0o600 });
      execFileSync('mv', [machine.real('/tmp/other'), machine.real(PATH)]);
      return bytes;
    };
    expect(await look({ files: { readBytes } })).toEqual({ found: [], told: [] });
  });

  it('one in a /tmp where others may exchange files, which is told', async () => {
    leave(PATH);
    chmodSync(machine.real('/tmp'), 0o777);
    const { found, told } = await look();
    expect(found).toEqual([]);
    expect(told).toEqual([expect.stringMatching(/another file in its place/)]);
    chmodSync(machine.real('/tmp'), 0o755);
    expect((await look()).found).toEqual([PATH]);
  });

  it('one that is a mount, which is told', async () => {
    leave(PATH);
    const { found, told } = await look({ files: { onOtherMount: async () => true } });
    expect(found).toEqual([]);
    expect(told).toEqual([expect.stringMatching(/a mount of its own/)]);
  });
});

describe('a root that is a system of its own', () => {
  it('has a /tmp of its own: files of this machine are only told', async () => {
    leave(PATH);
    root.write('/etc/passwd', 'root:x:0:0::/root:/bin/sh\n');
    const { found, told } = await look();
    expect(found).toEqual([]);
    expect(told).toEqual([expect.stringMatching(/accounts of its own.*rm \/tmp\/tmpabcd1234$/)]);
  });

  it('is also one that cannot be looked into', async () => {
    leave(PATH);
    symlinkSync('/', root.real('/etc'));
    expect((await look()).found).toEqual([]);
  });
});

it('without a /tmp, or with a link there, finds nothing', async () => {
  execFileSync('rm', ['-r', machine.real('/tmp')]);
  expect(await look()).toEqual({ found: [], told: [] });
  leave('/var/tmp/tmpabcd1234');
  symlinkSync(machine.real('/var/tmp'), machine.real('/tmp'));
  expect(await look()).toEqual({ found: [], told: [] });
});
