/**
 * Tables of the engine's database by release: few of the real ones, under their names and with the columns that setup, the engine's keys and a cleanup have to do
 * with. `[first release with it, first without it, name, columns]`.
 */
import { within } from '../base/versions.ts';

type TableRow = readonly [first: string | null, end: string | null, name: string, columns: string];

const TABLES: readonly TableRow[] = [
  [
    null,
    null,
    'vdc_options',
    "option_id integer default nextval('vdc_options_seq') primary key, option_name varchar(100) not null, option_value varchar(4000) not null, version varchar(40)",
  ],
  [
    null,
    null,
    'schema_version',
    "id integer default nextval('schema_version_seq') primary key, version varchar(10) not null, script varchar(255) not null, checksum varchar(128), installed_by varchar(63) not null, started_at timestamp default now(), ended_at timestamp, state varchar(15) not null, current boolean not null",
  ],
  [
    null,
    null,
    'roles',
    'id uuid primary key, name varchar(126) not null, description varchar(4000), is_readonly boolean not null, role_type integer not null',
  ],
  [
    null,
    null,
    'users',
    'user_id uuid primary key, name varchar(255), username varchar(255) not null, domain varchar(255) not null, namespace varchar(2048), external_id text',
  ],
  [
    null,
    null,
    'permissions',
    'id uuid primary key, role_id uuid not null references roles, ad_element_id uuid not null, object_id uuid not null, object_type_id integer not null',
  ],
  [
    null,
    null,
    'storage_pool',
    'id uuid primary key, name varchar(40) not null, status integer not null, compatibility_version varchar(40) not null',
  ],
  [
    null,
    '4.0',
    'vds_groups',
    'vds_group_id uuid primary key, name varchar(40) not null, storage_pool_id uuid references storage_pool, compatibility_version varchar(40) not null',
  ],
  [
    '4.0',
    null,
    'cluster',
    'cluster_id uuid primary key, name varchar(40) not null, storage_pool_id uuid references storage_pool, compatibility_version varchar(40) not null',
  ],
  [
    '3.3',
    null,
    'providers',
    'id uuid primary key, name varchar(128) not null, provider_type varchar(32) not null, auth_required boolean not null, auth_username varchar(64), auth_password text',
  ],
  [
    null,
    '3.6',
    'vds_static',
    'vds_id uuid primary key, vds_name varchar(255) not null, host_name varchar(255) not null, cluster_id uuid not null, pm_user varchar(50), pm_password text, pm_enabled boolean not null',
  ],
  [
    '3.6',
    null,
    'vds_static',
    'vds_id uuid primary key, vds_name varchar(255) not null, host_name varchar(255) not null, cluster_id uuid not null, pm_enabled boolean not null',
  ],
  [
    null,
    null,
    'vds_statistics',
    'vds_id uuid primary key references vds_static, cpu_load numeric, ha_global_maintenance boolean',
  ],
  [
    '3.6',
    null,
    'fence_agents',
    'id uuid primary key, vds_id uuid not null references vds_static, agent_order integer not null, ip varchar(255) not null, type varchar(255) not null, agent_user varchar(255) not null, agent_password text not null',
  ],
  [
    null,
    null,
    'vm_static',
    'vm_guid uuid primary key, vm_name varchar(255) not null, cluster_id uuid not null, custom_compatibility_version varchar(40)',
  ],
  [
    null,
    null,
    'vm_dynamic',
    'vm_guid uuid primary key references vm_static, status integer not null, run_on_vds uuid references vds_static',
  ],
  ['3.4', null, 'vm_init', 'vm_id uuid primary key references vm_static, user_name varchar(256), password text'],
  [
    null,
    null,
    'storage_server_connections',
    'id varchar(50) primary key, connection varchar(250) not null, user_name text, password text, storage_type integer not null',
  ],
  [
    '3.6',
    null,
    'storage_server_connection_extension',
    'id uuid primary key, vds_id uuid not null references vds_static, iqn varchar(255) not null, user_name text not null, password text not null',
  ],
  [
    '4.0',
    null,
    'libvirt_secrets',
    'secret_id uuid primary key, secret_value text not null, provider_id uuid not null references providers',
  ],
  [
    null,
    null,
    'audit_log',
    "audit_log_id bigint default nextval('audit_log_seq') primary key, log_time timestamp with time zone not null default now(), log_type integer not null, message text",
  ],
  [null, null, 'job', 'job_id uuid primary key, action_type varchar(50) not null, status varchar(32) not null'],
  [null, null, 'step', 'step_id uuid primary key, job_id uuid not null references job, status varchar(32) not null'],
  [null, null, 'async_tasks', 'task_id uuid primary key, action_type integer not null, status integer not null'],
  [null, null, 'business_entity_snapshot', 'id uuid primary key, command_id uuid not null, entity_id varchar(128)'],
  ['3.5', null, 'command_entities', 'command_id uuid primary key, command_type integer not null, status varchar(20)'],
  [null, null, 'tags', 'tag_id uuid primary key, tag_name varchar(50) not null'],
  [null, null, 'event_subscriber', 'subscriber_id uuid primary key, event_up_name varchar(100) not null'],
  [
    null,
    null,
    'dwh_history_timekeeping',
    'var_name varchar(50) primary key, var_value varchar(255), var_datetime timestamp with time zone',
  ],
  [
    '4.0',
    null,
    'sso_clients',
    "id integer default nextval('sso_clients_seq') primary key, client_id varchar(128) not null, client_secret varchar(1024) not null",
  ],
];

/** Sequences and composite types under the names that were captured: one of them left behind is in the way of a new schema. */
const SEQUENCES = [
  'audit_log_seq',
  'custom_actions_seq',
  'engine_session_seq',
  'schema_version_seq',
  'sso_clients_seq',
  'sso_scope_dependency_seq',
  'uuid_sequence',
  'vdc_db_log_seq',
  'vdc_options_seq',
];
const TYPES = [
  ...[
    'all_cluster_usage_rs',
    'all_storage_usage_rs',
    'async_tasks_info_rs',
    'authzentryinfotype',
    'booleanresulttype',
    'cluster_usage_rs',
    'disks_basic_rs',
    'entity_name_map_rs',
  ],
  ...[
    'get_all_commands_rs',
    'getallfromsnapshotsbyvmid_rs',
    'getallfromvm_pools_rs',
    'getallhashesfromvmdynamic_rs',
    'getorderedvmguidsforrunmultipleactions_rs',
  ],
  ...[
    'getstoragedomainidsbystoragepoolidandstatus_rs',
    'getsystem_statistics_rs',
    'host_networks_by_cluster_rs',
    'host_vm_cluster_rs',
    'idtexttype',
    'iduuidtype',
  ],
  ...[
    'network_attachments_qos_rs',
    'networkviewclustertype',
    'user_permissions',
    'vds_interface_view_qos_rs',
    'vmexternaldata_rs',
  ],
];

/** Name of the table with the clusters, and of its key. */
export function clusterTable(version: string): { table: string; key: string } {
  return within(version, '4.0')
    ? { table: 'cluster', key: 'cluster_id' }
    : { table: 'vds_groups', key: 'vds_group_id' };
}

function tablesOf(version: string): TableRow[] {
  return TABLES.filter(([first, end]) => within(version, first, end));
}

/** What an upgrade from any older release makes: clusters under their new name, and what is missing. */
export function upgradeStatements(version: string): string[] {
  const rename = `do $$ begin
    if to_regclass('vds_groups') is not null and to_regclass('cluster') is null then
      alter table vds_groups rename to cluster; alter table cluster rename vds_group_id to cluster_id;
    end if; end $$;`;
  return [
    ...(within(version, '4.0') ? [rename] : []),
    ...SEQUENCES.map((name) => `create sequence if not exists ${name};`),
    ...tablesOf(version).map(([, , name, columns]) => `create table if not exists ${name} (${columns});`),
  ];
}

/** One statement per object, in an order that can be loaded: sequences, types, tables. */
export function tableStatements(version: string): string[] {
  const tables = tablesOf(version);
  return [
    ...SEQUENCES.map((name) => `create sequence ${name};`),
    ...TYPES.map((name) => `create type ${name} as (id uuid, value text);`),
    ...tables.map(([, , name, columns]) => `create table ${name} (${columns});`),
    'create index idx_audit_log_time on audit_log (log_time);',
    'create index idx_permissions_element on permissions (ad_element_id);',
  ];
}
