/**
 * What the engine's own tables say. Each part is asked only where its tables and columns exist and may be read: a setup that died leaves any subset of them. All
 * parts go in one question.
 */
import type { DatabaseContent } from '../../model/facts.ts';
import type { DatabaseLayout } from '../../model/layout.ts';
import type { Connection } from '../port.ts';
import { quoteIdentifier, quoteLiteral } from './quote.ts';

/** The role SuperUser has this id in every installation. */
const SUPERUSER_ROLE = '00000000-0000-0000-0000-000000000001';

const ADMINISTRATOR = ['permissions.role_id', 'permissions.ad_element_id', 'users.user_id'];
const VERSIONS = ['schema_version.state', 'schema_version.current'];
const TIMEKEEPING = ['dwh_history_timekeeping.var_name', 'dwh_history_timekeeping.var_value'];
/** The name that setup gives the provider it adds. */
const OVN_PROVIDER = 'ovirt-provider-ovn';
const PROVIDERS = ['providers.id', 'providers.name'];
const OPTIONS = ['vdc_options.option_name'];
const HOSTED = [
  'vdc_options.option_name',
  'vdc_options.option_value',
  'vm_static.vm_name',
  'vm_static.vm_guid',
  'vm_dynamic.vm_guid',
  'vm_dynamic.run_on_vds',
  'vds_statistics.vds_id',
  'vds_statistics.ha_global_maintenance',
];

/** Every `table.column` of `public` that the questions below need. */
export function neededColumns(layout: DatabaseLayout): string[] {
  return [
    ...new Set([
      ...layout.encrypted,
      ...(layout.levels?.columns ?? []),
      ...ADMINISTRATOR,
      ...VERSIONS,
      ...TIMEKEEPING,
      ...PROVIDERS,
      ...OPTIONS,
      ...HOSTED,
    ]),
  ];
}

export type TableFindings = Pick<
  DatabaseContent,
  'encrypted' | 'unsupportedLevels' | 'dwh' | 'hostedEngine' | 'ovnProvider' | 'legacyPassword'
> & {
  /** An administrator with the role SuperUser, present in `users`. */
  administrator: boolean;
  /** Every row of `schema_version` is finished, and exactly one is current. */
  schemaVersion: boolean;
};

interface Row {
  encrypted: (number | null)[];
  levels: string[];
  administrator: boolean | null;
  schema_version: boolean | null;
  timekeeping: { name: string; value: string | null }[] | null;
  hosted: { maintenance: boolean | null }[] | null;
  ovn_provider: string | null;
  legacy_password: boolean | null;
  [column: string]: unknown;
}

function source(pair: string): { table: string; column: string } {
  const dot = pair.indexOf('.');
  return { table: `public.${quoteIdentifier(pair.slice(0, dot))}`, column: quoteIdentifier(pair.slice(dot + 1)) };
}

function json(sql: string): string {
  return `(SELECT coalesce(array_to_json(array_agg(row_to_json(one))), '[]') FROM (${sql}) one)`;
}

/** Setup looks for the VM of this name that runs on a host, and at that host's global maintenance. On base tables: views may be gone. */
const HOSTED_SQL = `SELECT coalesce(s.ha_global_maintenance, false) AS maintenance
    FROM public.vm_static v JOIN public.vm_dynamic d ON d.vm_guid = v.vm_guid JOIN public.vds_statistics s ON s.vds_id = d.run_on_vds
   WHERE v.vm_name = coalesce((SELECT min(option_value) FROM public.vdc_options WHERE option_name = 'HostedEngineVmName'), 'HostedEngine')`;

const ADMINISTRATOR_SQL = `EXISTS (SELECT 1 FROM public.permissions p JOIN public.users u ON u.user_id = p.ad_element_id
   WHERE p.role_id::text = '${SUPERUSER_ROLE}')`;

const VERSIONS_SQL = `(SELECT count(*) > 0 AND count(CASE WHEN state IN ('INSTALLED', 'SKIPPED') THEN NULL ELSE 1 END) = 0
   AND count(CASE WHEN current THEN 1 END) = 1 FROM public.schema_version)`;

const TIMEKEEPING_SQL = `SELECT var_name::text AS name, var_value::text AS value FROM public.dwh_history_timekeeping
   WHERE var_name IN ('dwhHostname', 'dwhUuid', 'DwhCurrentlyRunning')`;

const OVN_SQL = `(SELECT min(id::text) FROM public.providers WHERE name = '${OVN_PROVIDER}')`;

/** Setup looks for the row alone: an empty value stops it as well. */
const LEGACY_PASSWORD_SQL = "EXISTS (SELECT 1 FROM public.vdc_options WHERE option_name = 'AdminPassword')";

function tablesSql(layout: DatabaseLayout, present: ReadonlySet<string>): string {
  const when = (needed: readonly string[], sql: string): string =>
    needed.every((pair) => present.has(pair)) ? sql : 'NULL';
  const counts = layout.encrypted.map((pair) => {
    const { table, column } = source(pair);
    return when([pair], `(SELECT count(*) FROM ${table} WHERE ${column} IS NOT NULL AND ${column}::text <> '')`);
  });
  const supported = (layout.levels?.supported ?? []).map(quoteLiteral).join(', ');
  const levels = (layout.levels?.columns ?? [])
    .filter((pair) => present.has(pair))
    .map((pair) => {
      const { table, column } = source(pair);
      return `SELECT ${column}::text AS v FROM ${table} WHERE ${column}::text NOT IN (${supported})`;
    });
  return `SELECT ARRAY[${counts.join(', ')}]::int8[] AS encrypted,
    ARRAY(${levels.length === 0 ? 'SELECT NULL::text WHERE false' : `${levels.join(' UNION ')} ORDER BY 1`}) AS levels,
    ${when(ADMINISTRATOR, ADMINISTRATOR_SQL)} AS administrator,
    ${when(VERSIONS, VERSIONS_SQL)} AS schema_version,
    ${when(TIMEKEEPING, json(TIMEKEEPING_SQL))} AS timekeeping,
    ${when(HOSTED, json(HOSTED_SQL))} AS hosted,
    ${when(PROVIDERS, OVN_SQL)} AS ovn_provider,
    ${when(OPTIONS, LEGACY_PASSWORD_SQL)} AS legacy_password`;
}

/** Asks the tables. `columns`: those of `neededColumns` that exist. */
export async function readTables(
  connection: Connection,
  layout: DatabaseLayout,
  columns: readonly string[],
): Promise<TableFindings> {
  const sql = tablesSql(layout, new Set(columns));
  const [result] = await connection.query<{ found: Row }>(`SELECT row_to_json(t) AS found FROM (${sql}) t`);
  const row = result!.found;
  const encrypted: Record<string, number> = {};
  for (const [index, pair] of layout.encrypted.entries()) {
    const count = row.encrypted[index];
    if (count !== null && count !== undefined) encrypted[pair] = count;
  }
  return {
    encrypted,
    unsupportedLevels: row.levels,
    administrator: row.administrator === true,
    schemaVersion: row.schema_version === true,
    dwh: timekeeping(row.timekeeping),
    hostedEngine: hostedEngine(row.hosted),
    ovnProvider: row.ovn_provider,
    legacyPassword: row.legacy_password === true,
  };
}

/** A row without a value is blank, which is not the same as no row. */
function timekeeping(rows: Row['timekeeping']): DatabaseContent['dwh'] {
  if (rows === null) return null;
  const value = (name: string): string | null => {
    const row = rows.find((one) => one.name === name);
    return row ? (row.value ?? '') : null;
  };
  return { hostname: value('dwhHostname'), uuid: value('dwhUuid'), running: value('DwhCurrentlyRunning') === '1' };
}

function hostedEngine(rows: Row['hosted']): DatabaseContent['hostedEngine'] {
  if (rows === null) return 'unknown';
  if (rows.length === 0) return 'none';
  return rows.every(({ maintenance }) => maintenance === true) ? 'maintenance' : 'active';
}
