/** The second host is what a remote database server is to an engine's host: reached by its name, over TLS, and by nobody else. */
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { passedOver } from '../test/fixture/needs.ts';
import { Box } from './box.ts';
import { DATABASE_ADDRESS, DATABASE_HOST, DatabaseBox, whyNoDatabaseBox } from './database-box.ts';
import { MASKED, PROJECT } from './host.ts';

const skip = passedOver('A database on a second host', await whyNoDatabaseBox());
const PASSWORD = 'sample-password';

describe.skipIf(skip)('a database on a second host', () => {
  let database: DatabaseBox;
  let engine: Box;

  const ask = (sql: string, connection: string) =>
    engine.run(['psql', '-AtX', '-c', sql, `user=engine dbname=engine connect_timeout=10 ${connection}`], {
      env: { PGPASSWORD: PASSWORD },
    });
  const verified = (ca: string, host = DATABASE_HOST) => `host=${host} sslmode=verify-full sslrootcert=/lab/${ca}`;

  beforeAll(async () => {
    [database, engine] = await Promise.all([DatabaseBox.boot(), Box.boot('engine', PROJECT, MASKED)]);
    database.give({ name: 'engine', role: 'engine', password: PASSWORD, uuid: true });
    database.connect(engine);
    engine.share('ca.pem', database.ca);
    engine.share('other-ca.pem', database.otherCa);
  });
  afterAll(() => Promise.all([engine?.destroy(), database?.destroy()]));

  it('lets the role in over TLS, with its certificate verified, and by password only', () => {
    const sql = 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()';
    expect(ask(sql, verified('ca.pem'))).toMatchObject({ code: 0, stdout: 't\n' });
    expect(ask(sql, `${verified('ca.pem')} password=wrong`).stderr).toContain('password authentication failed');
  });

  it('is unknown under another CA, and under another name', () => {
    expect(ask('SELECT 1', verified('other-ca.pem')).stderr).toContain('certificate verify failed');
    expect(ask('SELECT 1', verified('ca.pem', DATABASE_ADDRESS)).stderr).toContain('does not match host name');
  });

  it('lets nobody in without TLS', () => {
    expect(ask('SELECT 1', `host=${DATABASE_HOST} sslmode=disable`).stderr).toMatch(
      /no pg_hba\.conf entry.*no encryption/,
    );
  });

  it('has a plain role that owns a database in which it can make tables, and the extension of the DBA', () => {
    const sql = `CREATE TABLE t (x int); DROP TABLE t; SELECT uuid_generate_v1() IS NOT NULL, rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user`;
    expect(ask(sql, verified('ca.pem')).stdout.trim().split('\n').at(-1)).toBe('t|f|f');
  });

  it('is beside the machine: its network shows nothing of it, and the next box takes the cable over', async () => {
    expect(execFileSync('ip', ['-o', 'link'], { encoding: 'utf8' })).not.toContain('lab0');
    const next = await Box.boot('next', PROJECT, MASKED);
    try {
      database.connect(next);
      const { stdout } = next.run(
        ['psql', '-AtX', '-c', 'SELECT 1', `host=${DATABASE_HOST} user=engine dbname=engine`],
        {
          env: { PGPASSWORD: PASSWORD },
        },
      );
      expect(stdout).toBe('1\n');
      expect(ask('SELECT 1', verified('ca.pem')).code).not.toBe(0);
    } finally {
      await next.destroy();
    }
  });
});
