/** What some use of the engine leaves in its database: rows that a kept database must still have, and secrets encrypted with the engine's key. */
import { uuid } from '../base/names.ts';
import { within } from '../base/versions.ts';
import { literal } from './engine-rows.ts';
import { clusterTable } from './engine-tables.ts';

/** Hypervisors that were added; their certificates lie in the PKI. */
export const HYPERVISORS = ['host1.example.test', 'host2.example.test'] as const;
const MACHINES = 5;

/** Every `table.column` with values encrypted with the engine's key, with the first release that has it and the first that has it no more. */
export const ENCRYPTED_COLUMNS: readonly (readonly [
  first: string | null,
  end: string | null,
  table: string,
  column: string,
])[] = [
  ['3.3', null, 'providers', 'auth_password'],
  [null, null, 'storage_server_connections', 'password'],
  ['3.6', null, 'storage_server_connection_extension', 'password'],
  [null, '3.6', 'vds_static', 'pm_password'],
  ['3.6', null, 'fence_agents', 'agent_password'],
  ['3.4', null, 'vm_init', 'password'],
  ['4.0', null, 'libvirt_secrets', 'secret_value'],
];

/** Plain text of the secret in a column. */
export function secretOf(table: string, column: string): string {
  return `secret of ${table}.${column}`;
}

/** Level of clusters and data centers that was usual in a release. */
function level(version: string): string {
  return within(version, '4.2') ? '4.2' : within(version, '3.6') ? '3.6' : '3.0';
}

/**
 * Statements. Ids are new in every run, so that a kept row is told from one that was made again.
 * @param encrypt with the engine's certificate
 */
export function useRows(version: string, encrypt: (text: string) => string): string[] {
  const secret = (table: string, column: string): string => literal(encrypt(secretOf(table, column)));
  const since = (first: string): boolean => within(version, first);
  const { table: clusters } = clusterTable(version);
  const [pool, cluster, provider] = [uuid(), uuid(), uuid()];
  const hosts = HYPERVISORS.map((name) => ({ id: uuid(), name }));
  const machines = Array.from({ length: MACHINES }, (_, index) => ({ id: uuid(), name: `vm${index + 1}` }));
  const first = hosts[0]!.id;
  return [
    `insert into storage_pool values ('${pool}', 'Default', 1, '${level(version)}');`,
    `insert into ${clusters} values ('${cluster}', 'Default', '${pool}', '${level(version)}');`,
    ...hosts.flatMap(({ id, name }, index) => {
      const old = since('3.6') ? '' : `'fence', ${index === 0 ? secret('vds_static', 'pm_password') : 'null'}, `;
      return [
        `insert into vds_static values ('${id}', 'host${index + 1}', '${name}', '${cluster}', ${old}true);`,
        `insert into vds_statistics values ('${id}', 0, false);`,
      ];
    }),
    ...machines.flatMap(({ id, name }, index) => [
      `insert into vm_static values ('${id}', '${name}', '${cluster}', null);`,
      `insert into vm_dynamic values ('${id}', 1, ${index === 0 ? `'${first}'` : 'null'});`,
    ]),
    `insert into storage_server_connections values ('${uuid()}', '192.0.2.10', 'iscsi', ${secret('storage_server_connections', 'password')}, 3);`,
    `insert into storage_server_connections values ('${uuid()}', 'nfs.example.test:/exports/data', null, null, 1);`,
    `insert into audit_log (log_type, message) values (30, 'User admin logged in.');`,
    `insert into tags values ('${uuid()}', 'root');`,
    ...(since('3.3')
      ? [
          `insert into providers values ('${provider}', 'images', 'OPENSTACK_IMAGE', true, 'glance', ${secret('providers', 'auth_password')});`,
        ]
      : []),
    ...(since('3.4')
      ? [`insert into vm_init values ('${machines[0]!.id}', 'cloud-user', ${secret('vm_init', 'password')});`]
      : []),
    ...(since('3.6')
      ? [
          `insert into fence_agents values ('${uuid()}', '${first}', 1, '192.0.2.1', 'ipmilan', 'fence', ${secret('fence_agents', 'agent_password')});`,
          `insert into storage_server_connection_extension values ('${uuid()}', '${first}', 'iqn.2026-11.test.example', 'iscsi', ${secret('storage_server_connection_extension', 'password')});`,
        ]
      : []),
    ...(since('4.0')
      ? [
          `insert into libvirt_secrets values ('${uuid()}', ${secret('libvirt_secrets', 'secret_value')}, '${provider}');`,
        ]
      : []),
  ];
}
