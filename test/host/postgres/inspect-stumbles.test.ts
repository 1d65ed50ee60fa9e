/** What setup 4.4 and 4.5 stumbles over when it upgrades a database: rows that provoke each of its validations, and rows beside them that do not. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inspectContent } from '../../../src/host/postgres/inspect.ts';
import { g5 } from '../../../src/layouts/g5.ts';
import { databaseLayoutOf } from '../../../src/layouts/index.ts';
import type { Stumbles } from '../../../src/model/facts.ts';
import { PostgresServer } from '../../fixture/postgres.ts';
import { copyOf, errorOf, login } from './helpers.ts';

const ENGINE = databaseLayoutOf(g5, 'engine')!;

let server: PostgresServer;
beforeAll(async () => {
  server = await PostgresServer.start();
});
afterAll(() => server?.destroy());

async function look(database: string, timeoutMs = 20_000): Promise<Stumbles> {
  const connection = await login(server, { database, timeoutMs });
  try {
    return (await inspectContent(connection, ENGINE)).stumbles;
  } finally {
    await connection.close();
  }
}

/** What the role finds in a finished engine database after SQL was run in it, by check: how many, and what is shown of them. All of it in a transaction that is rolled back. */
async function foundAfter(sql: string): Promise<Record<string, [count: number, names: string[]]>> {
  const connection = await login(server, { role: 'postgres', password: server.superuserPassword });
  try {
    await connection.query(
      `BEGIN; SET LOCAL search_path = public; ${sql}; SET LOCAL search_path = pg_catalog; SET LOCAL ROLE engine`,
    );
    const { stumbles } = await inspectContent(connection, ENGINE);
    if (stumbles.state !== 'asked') throw new Error(JSON.stringify(stumbles));
    return Object.fromEntries(stumbles.found.map(({ check, count, names }) => [check, [count, names]]));
  } finally {
    await connection.close();
  }
}

/** Columns of tables of which the capture has only the number of columns, owned by the role as everything else. */
const SNAPSHOTS =
  'ALTER TABLE snapshots ADD vm_id uuid, ADD snapshot_type varchar, ADD description varchar, ADD vm_configuration text;';
const IMAGES = `ALTER TABLE images ADD image_group_id uuid, ADD vm_snapshot_id uuid; ALTER TABLE base_disks ADD disk_id uuid, ADD disk_alias varchar;
  ALTER TABLE vm_device ADD device_id uuid, ADD vm_id uuid, ADD type varchar, ADD device varchar;`;

const vm = (number: number): string => `(SELECT vm_guid FROM vm_static WHERE vm_name = 'vm${number}')`;
const option = (name: string, value: string, version = 'general'): string =>
  `INSERT INTO vdc_options SELECT 9999, '${name}', '${value}', '${version}', ''`;

function snapshot(id: number, of: number, type: string, configuration: string | null): string {
  const ovf = configuration === null ? 'NULL' : `'${configuration}'`;
  return `INSERT INTO snapshots (snapshots_id, vm_id, snapshot_type, description, vm_configuration)
    VALUES ('00000000-0000-0000-0000-00000000000${id}', ${vm(of)}, '${type}', 'before ${id}', ${ovf});`;
}
const ovf = (level: string): string =>
  `<ovf:Envelope><Content><Name>vm</Name><ClusterCompatibilityVersion>${level}</ClusterCompatibilityVersion><VmType>1</VmType></Content></ovf:Envelope>`;

const POOL = '11111111-1111-1111-1111-111111111111';
const OTHER = '33333333-3333-3333-3333-333333333333';
const pool = `INSERT INTO storage_pool (id, name, description, compatibility_version, status, master_domain_version, free_text_comment) VALUES ('${POOL}', 'Default', '', '4.7', 1, 1, '')`;
const task = (number: number, age: string): string =>
  `INSERT INTO async_tasks (task_id, action_type, status, result, command_id, task_type, started_at, storage_pool_id)
   VALUES ('22222222-2222-2222-2222-22222222222${number}', 1, 2, 0, '${POOL}', 1, now() - interval '${age}', '${POOL}')`;

describe('a full engine database', () => {
  it.each<[string, string, string, number, string[]]>([
    [
      'a data center of an old level',
      `${pool}; UPDATE storage_pool SET compatibility_version = '4.1'`,
      'compatibility-levels',
      1,
      ['data center Default (4.1)'],
    ],
    [
      'machines with a custom level; an empty one, one that is known and that of a template are fine',
      `DELETE FROM vm_dynamic WHERE vm_guid = ${vm(5)}; UPDATE vm_static SET custom_compatibility_version = CASE vm_name WHEN 'vm1' THEN '4.1' WHEN 'vm2' THEN '' WHEN 'vm3' THEN '4.7' WHEN 'vm4' THEN '3.6' WHEN 'vm5' THEN '3.6' END`,
      'machine-levels',
      2,
      ['vm1 (4.1)', 'vm4 (3.6)'],
    ],
    [
      'snapshots of an old level, or of none that can be told; other kinds of snapshot are not looked at',
      `${SNAPSHOTS} ${snapshot(1, 1, 'REGULAR', ovf('4.1'))} ${snapshot(2, 1, 'REGULAR', ovf('4.5'))} ${snapshot(3, 2, 'REGULAR', null)}
       ${snapshot(4, 3, 'REGULAR', '<broken')} ${snapshot(5, 3, 'ACTIVE', null)}`,
      'snapshot-levels',
      3,
      ['vm1 before 1 (4.1)', 'vm2 before 3 (unknown)', 'vm3 before 4 (unknown)'],
    ],
    [
      'tasks; those that setup throws away for their age are fine',
      `${pool}; ${task(1, '1 hour')}; ${task(2, '51 hours')}; ${task(3, '49 hours')}`,
      'running-tasks',
      2,
      ['22222222-2222-2222-2222-222222222221 in Default', '22222222-2222-2222-2222-222222222223 in Default'],
    ],
    [
      'tasks younger than the database says they may be',
      `${pool}; ${task(1, '1 hour')}; ${task(2, '3 hours')}; ${option('AsyncTaskZombieTaskLifeInMinutes', '120')}`,
      'running-tasks',
      1,
      ['22222222-2222-2222-2222-222222222221 in Default'],
    ],
    [
      'a provider with a URL of another form; none at all is fine',
      `UPDATE providers SET auth_url = 'https://keystone.example/v2.0'`,
      'provider-urls',
      1,
      ['ovirt-provider-ovn'],
    ],
    ['the password of before 3.6', option('AdminPassword', 'secret'), 'legacy-password', 1, []],
    ['the same, empty', option('AdminPassword', ''), 'legacy-password', 1, []],
    [
      'directories of engine-manage-domains',
      option('DomainName', 'ad.example.com'),
      'legacy-directory',
      1,
      ['ad.example.com'],
    ],
    [
      'an image that belongs to no snapshot',
      `${IMAGES} INSERT INTO images (images_id, image_group_id, vm_snapshot_id) VALUES ('${POOL}', '${POOL}', '00000000-0000-0000-0000-000000000000');
       INSERT INTO base_disks (base_disks_id, disk_id, disk_alias) VALUES ('${POOL}', '${POOL}', 'root');
       INSERT INTO vm_device (vm_device_id, device_id, vm_id, type, device) VALUES ('${POOL}', '${POOL}', ${vm(1)}, 'disk', 'disk'), ('${OTHER}', '${OTHER}', ${vm(2)}, 'disk', 'disk')`,
      'invalid-images',
      1,
      ['vm1 (root)'],
    ],
    [
      'a row that refers to nothing, which foreign keys keep out unless they are switched off',
      `SET session_replication_role = replica; UPDATE libvirt_secrets SET provider_id = '${POOL}'`,
      'foreign-keys',
      1,
      ['libvirt_secrets (provider_id)'],
    ],
    [
      'the same by a key of two columns, of which both must be there',
      `CREATE TABLE pairs (a int, b int, UNIQUE (a, b)); CREATE TABLE users_of_pairs (x int, y int, FOREIGN KEY (y, x) REFERENCES pairs (a, b));
       GRANT SELECT ON pairs, users_of_pairs TO engine; INSERT INTO pairs VALUES (1, 2); INSERT INTO users_of_pairs VALUES (2, 1), (NULL, 7);
       SET session_replication_role = replica; INSERT INTO users_of_pairs VALUES (1, 2)`,
      'foreign-keys',
      1,
      ['users_of_pairs (y, x)'],
    ],
  ])('with %s', async (_, sql, check, count, names) => {
    expect(await foundAfter(sql)).toEqual({ [check]: [count, names] });
  });

  it.each([
    ['a provider with a proper URL', `UPDATE providers SET auth_url = 'http://keystone.example:5000/v3/'`],
    ['a DomainName that is empty', option('DomainName', '')],
    ['an image of a snapshot, and one whose disk is no machine’s', IMAGES],
    [
      'a key that is emptied when its row goes',
      `SET session_replication_role = replica; ALTER TABLE libvirt_secrets ADD lost uuid REFERENCES providers ON DELETE SET NULL; UPDATE libvirt_secrets SET lost = '${POOL}'`,
    ],
    [
      'a key that setup leaves out',
      `SET session_replication_role = replica; ALTER TABLE libvirt_secrets ADD vm uuid CONSTRAINT fk_vm_interface_vm_static REFERENCES vm_static; UPDATE libvirt_secrets SET vm = '${POOL}'`,
    ],
    ['a table that the role may not read', 'REVOKE SELECT ON async_tasks, libvirt_secrets, providers FROM engine'],
  ])('with %s is fine', async (_, sql) => {
    expect(await foundAfter(sql)).toEqual({});
  });

  it('shows five of many', async () => {
    const found = await foundAfter("UPDATE vm_static SET custom_compatibility_version = '3.6'");
    expect(found['machine-levels']).toEqual([10, ['vm1', 'vm10', 'vm2', 'vm3', 'vm4'].map((name) => `${name} (3.6)`)]);
  });

  it('whose server does not answer these questions in time is known in all else', async () => {
    const database = await copyOf(server, 'engine');
    const blocker = await server.connectAs('postgres', server.superuserPassword, database);
    await blocker.query('BEGIN; LOCK TABLE public.async_tasks');
    const stumbles = await look(database, 1000);
    await blocker.end();
    expect(stumbles).toMatchObject({ state: 'failed', message: expect.stringContaining('statement timeout') });
  });

  it('whose session is lost is an error', async () => {
    const database = await copyOf(server, 'engine');
    const connection = await login(server, { database });
    const lost = {
      close: () => connection.close(),
      query: async (sql: string) => {
        if (sql.includes('pg_constraint')) await server.superuser(endSessions(database));
        return connection.query(sql);
      },
    } as typeof connection;
    expect((await errorOf(inspectContent(lost, ENGINE))).code).toMatch(/^(57P01|08006)$/);
    await connection.close();
  });

  it('is not asked where no verdict follows', async () => {
    const connection = await login(server, {});
    expect((await inspectContent(connection, ENGINE, false)).stumbles).toEqual({ state: 'unasked' });
    await connection.close();
  });
});

function endSessions(database: string): string {
  return `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database}'`;
}
