/** Rows that setup itself writes into a new engine database. */
import { within } from '../base/versions.ts';

/** Id of the role SuperUser, in every installation. */
export const SUPERUSER_ROLE = '00000000-0000-0000-0000-000000000001';
/** What the permissions of an administrator are on. */
const SYSTEM = 'aaa00000-0000-0000-0000-123456789aaa';

export function literal(value: string | null): string {
  return value === null ? 'null' : `'${value.replaceAll("'", "''")}'`;
}

/** Last script of a release in `schema_version`. */
export function schemaVersion(version: string): string {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return `0${major}0${minor}0330`;
}

/** `schema_version` as the first installation leaves it: one row current, all finished. */
export function versionRows(version: string, role: string): string[] {
  const last = schemaVersion(version);
  const first = last.replace(/330$/, '010');
  return [first, last].map(
    (name) =>
      `insert into schema_version (version, script, checksum, installed_by, ended_at, state, current)
       values ('${name}', 'upgrade/${name.slice(0, 2)}_${name.slice(2, 4)}_${name.slice(4)}.sql', md5('${name}'), ${literal(role)}, now(), 'INSTALLED', ${name === last});`,
  );
}

/** A script that an upgrade to this release brings; none if it is there. */
export function upgradeRow(version: string, role: string): string[] {
  const name = schemaVersion(version);
  const missing = `not exists (select from schema_version where version = '${name}')`;
  return [
    `update schema_version set current = false where ${missing};`,
    `insert into schema_version (version, script, checksum, installed_by, ended_at, state, current)
     select '${name}', 'upgrade/${name}.sql', md5('${name}'), ${literal(role)}, now(), 'INSTALLED', true where ${missing};`,
  ];
}

/** Options of a new database. The organisation is set by the step that makes the CA, and only by it. */
const OPTIONS: Readonly<Record<string, string>> = {
  OrganizationName: 'oVirt',
  DbJustRestored: '0',
  HostedEngineVmName: 'HostedEngine',
  SSLEnabled: 'true',
  MacPoolRanges: '00:1a:4a:16:84:02-00:1a:4a:16:84:fd',
  AsyncPollingCyclesBeforeCallbackCleanup: '30',
};

export function optionStatement(name: string, value: string): string {
  return `delete from vdc_options where option_name = ${literal(name)};
insert into vdc_options (option_name, option_value, version) values (${literal(name)}, ${literal(value)}, 'general');`;
}

/** Names of `dwh_history_timekeeping`; the last three came with the Data Warehouse of 3.3 and 3.5. */
function timekeeping(version: string): string[] {
  const rows = ['lastFullHostCheck', 'lastOsinfoUpdate', 'heartBeat', 'lastSync'].map(
    (name) => `insert into dwh_history_timekeeping values ('${name}', '', '2000-01-01 00:00:00+00');`,
  );
  if (within(version, '3.3'))
    rows.push("insert into dwh_history_timekeeping values ('DwhCurrentlyRunning', '0', null);");
  if (within(version, '3.5')) {
    for (const name of ['dwhHostname', 'dwhUuid'])
      rows.push(`insert into dwh_history_timekeeping values ('${name}', null, null);`);
  }
  return rows;
}

export function firstRows(version: string, role: string): string[] {
  return [
    ...versionRows(version, role),
    ...Object.entries(OPTIONS).map(([name, value]) => optionStatement(name, value)),
    ...timekeeping(version),
    `insert into roles values ('${SUPERUSER_ROLE}', 'SuperUser', 'Roles management administrator', true, 1);`,
  ];
}

/** The administrator in the engine's own tables. */
export function administratorRows(id: string, domain: string): string[] {
  return [
    `insert into users values ('${id}', 'admin', 'admin', ${literal(domain)}, '*', '${id}');`,
    `insert into permissions values (md5('permission' || '${id}')::uuid, '${SUPERUSER_ROLE}', '${id}', '${SYSTEM}', 1);`,
  ];
}
