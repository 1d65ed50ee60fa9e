/** A server whose certificate is not the one that the installation asks for: signed by nobody it trusts, or of another name. */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Report } from '../../src/model/report.ts';
import { makeServerCertificates } from '../fixture/certificates.ts';
import { Arena, isSame } from './arena.ts';
import { judge } from './trial.ts';
import { Wire } from './wire.ts';

const WORDS = ['-u', '--timeout', '5'];
const FILES = ['server.crt', 'server.key'] as const;

const KINDS = {
  /** The right name, from a CA that the caller does not trust. */
  unknown: ['DNS:localhost', 'IP:127.0.0.1'],
  /** A CA that the caller trusts, another server's name. */
  elsewhere: ['DNS:elsewhere.example.com'],
} as const;
type Kind = keyof typeof KINDS;

/** Certificates, and the caller's trusted CAs. */
const dir = mkdtempSync(join(tmpdir(), 'engine-cleanup-certificates-'));
let arena: Arena;
let wire: Wire;
/** Number of the connection that dumps. */
let dumping: number;

/** The server answers with the certificate of a directory from now on. The content alone changes: owner and mode are right. */
async function present(from: string): Promise<void> {
  const { server } = arena.box;
  for (const name of FILES) writeFileSync(join(server.dir, 'data', name), readFileSync(join(from, name)));
  await server.superuser('SELECT pg_reload_conf(), pg_sleep(0.2)');
}
const mend = (): Promise<void> => present(join(dir, 'right'));

beforeAll(async () => {
  for (const [kind, names] of Object.entries(KINDS)) {
    mkdirSync(join(dir, kind));
    await makeServerCertificates(join(dir, kind), names);
  }
  arena = await Arena.make({}, ['-u'], async (server) => {
    mkdirSync(join(dir, 'right'));
    for (const name of FILES) copyFileSync(join(server.dir, 'data', name), join(dir, 'right', name));
    mkdirSync(join(dir, '.postgresql'));
    const trusted = [server.caFile, join(dir, 'elsewhere/ca.pem')].map((path) => readFileSync(path, 'utf8'));
    writeFileSync(join(dir, '.postgresql/root.crt'), trusted.join(''));
    vi.stubEnv('HOME', dir);
    wire = await Wire.start(server.port);
    return { engine: { host: '127.0.0.1', port: wire.port, secured: true, validated: true } };
  });
  dumping = wire.bytes.indexOf(Math.max(...wire.bytes)) + 1;
});
afterEach(async () => {
  wire?.mend();
  if (arena) await mend();
  await arena?.reset();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await arena?.destroy();
  await wire?.end();
  rmSync(dir, { recursive: true, force: true });
});

const CASES: [kind: Kind, message: RegExp, hint: RegExp][] = [
  ['unknown', /certificate/i, /CA that signed the server's certificate/],
  ['elsewhere', /does not match/i, /host name that the server's certificate holds/],
];

describe.each(CASES)('a certificate: %s', (kind, message, hint) => {
  it('from the beginning: refused, and with the right one the next run finishes', async () => {
    await present(join(dir, kind));
    const outcome = await arena.box.run([...WORDS, '--json']);
    expect(outcome.code).toBe(3);
    const { refusals } = JSON.parse(outcome.stdout) as Report;
    expect(refusals).toMatchObject([
      { check: 'database', message: expect.stringMatching(message), hint: expect.stringMatching(hint) },
    ]);
    expect(isSame(arena.before, await arena.state())).toBe(true);
    expect(await judge(arena, outcome, WORDS, mend)).toEqual([]);
  });

  it('from the dump on: nothing is lost, and with the right one the next run finishes', async () => {
    wire.mend();
    wire.arriving = async (connection) => {
      if (connection === dumping) await present(join(dir, kind));
    };
    const outcome = await arena.box.run([...WORDS, '--json']);
    expect(outcome.code).toBe(5);
    const { steps } = JSON.parse(outcome.stdout) as Report;
    const failed = steps.filter(({ status }) => status === 'failed');
    expect(failed).toMatchObject([
      { id: 'dump:engine', error: expect.stringMatching(message), hint: expect.stringMatching(hint) },
    ]);
    expect(isSame(arena.before, await arena.state())).toBe(true);
    expect(await judge(arena, outcome, WORDS, mend)).toEqual([]);
  });
});
