/** Views and functions of the engine's database: dropped and made again by each refresh of the schema. */
import { within } from '../base/versions.ts';
import { clusterTable } from './engine-tables.ts';

const VIEWS = ['vms', 'vds', 'dwh_vm_configuration_history_view'] as const;

function views(version: string): string[] {
  const { table, key } = clusterTable(version);
  return [
    `create view vms as select s.*, d.status, d.run_on_vds, c.name as cluster_name from vm_static s
       join vm_dynamic d using (vm_guid) left join ${table} c on c.${key} = s.cluster_id;`,
    `create view vds as select s.*, t.ha_global_maintenance, c.name as cluster_name from vds_static s
       left join vds_statistics t using (vds_id) left join ${table} c on c.${key} = s.cluster_id;`,
    'create view dwh_vm_configuration_history_view as select vm_guid, vm_name, cluster_name from vms;',
  ];
}

/** `[arguments, result, body]` by name. */
const FUNCTIONS: Readonly<Record<string, readonly [args: string, result: string, body: string]>> = {
  getvmsbyname: ['v_name character varying', 'setof vms', 'return query select * from vms where vm_name = v_name;'],
  getallfromvds: ['', 'setof vds', 'return query select * from vds;'],
  getvdcoptionbyname: [
    'v_name character varying, v_version character varying',
    'setof vdc_options',
    'return query select * from vdc_options where option_name = v_name and version = v_version;',
  ],
  deletepermission: ['v_id uuid', 'void', 'delete from permissions where id = v_id;'],
};

/** Up to 4.1 the function of the extension is made by hand, also over one that a rollback left (it keeps those of uuid). Before 3.2 the extension itself was used. */
const OWN_UUID = `create or replace function uuid_generate_v1() returns uuid stable language sql as
  $$ select md5(clock_timestamp()::text || random()::text)::uuid $$;`;

export function dropCode(): string[] {
  return [
    ...Object.keys(FUNCTIONS).map((name) => `drop function if exists ${name} cascade;`),
    ...[...VIEWS].reverse().map((name) => `drop view if exists ${name} cascade;`),
  ];
}

export function createCode(version: string): string[] {
  const functions = Object.entries(FUNCTIONS).map(
    ([name, [args, result, body]]) =>
      `create function ${name}(${args}) returns ${result} language plpgsql as $body$ begin ${body} end $body$;`,
  );
  return [...views(version), ...functions];
}

/** What is made once, before everything else. */
export function firstCode(version: string): string[] {
  return within(version, '3.2', '4.2') ? [OWN_UUID] : [];
}
