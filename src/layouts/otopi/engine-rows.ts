/** What is asked of the rows of the engine's database: whether setup came to its end, and what the rest of the program wants to know. Facts of 3.3 to 4.5. */
import type { CompletenessLayout, DatabaseQuestions, RowQuestion } from '../../model/layout.ts';

/** The name that setup gives the network provider it adds. */
export const PROVIDER_NAME = 'ovirt-provider-ovn';

/** The role SuperUser has this id in every installation. */
const SUPERUSER_ROLE = '00000000-0000-0000-0000-000000000001';

/** Every row of `schema_version` is finished, and exactly one is current. The Data Warehouse keeps the same table in its own database. */
export const FINISHED_SCHEMA: CompletenessLayout['rows'][number] = {
  lack: 'a finished schema_version',
  needs: ['schema_version.state', 'schema_version.current'],
  sql: `SELECT count(*) > 0 AND count(CASE WHEN state IN ('INSTALLED', 'SKIPPED') THEN NULL ELSE 1 END) = 0
               AND count(CASE WHEN current THEN 1 END) = 1
          FROM public.schema_version`,
};

/** Measured on 4.5.8: a setup killed while it made the accounts leaves none, and the next one succeeds falsely. */
export const ADMINISTRATOR: CompletenessLayout['rows'][number] = {
  lack: 'an administrator with the role SuperUser',
  needs: ['permissions.role_id', 'permissions.ad_element_id', 'users.user_id'],
  sql: `SELECT EXISTS (SELECT 1 FROM public.permissions p JOIN public.users u ON u.user_id = p.ad_element_id
                        WHERE p.role_id::text = '${SUPERUSER_ROLE}')`,
};

function timekeepingValue(name: string): string {
  // A row without a value is blank, which is not the same as no row.
  return `(SELECT coalesce(min(var_value), '')::text FROM public.dwh_history_timekeeping WHERE var_name = '${name}' HAVING count(*) > 0)`;
}

/** Passwords among the options: those of type `Password` in `engine-config.properties` of 3.0 to 4.5. The first two are the administrator's own until 3.5. */
export const encryptedOptions: RowQuestion = {
  needs: ['vdc_options.option_value', 'vdc_options.option_name'],
  sql: `SELECT count(*) FROM public.vdc_options WHERE option_value <> ''
           AND option_name IN ('AdminPassword', 'LocalAdminPassword', 'AdUserPassword', 'SysPrepDefaultPassword')`,
};

export const questions: DatabaseQuestions = {
  encryptedOptions,
  timekeeping: {
    needs: ['dwh_history_timekeeping.var_name', 'dwh_history_timekeeping.var_value'],
    sql: `SELECT ${timekeepingValue('dwhHostname')} AS hostname, ${timekeepingValue('dwhUuid')} AS uuid,
                 coalesce(${timekeepingValue('DwhCurrentlyRunning')} = '1', false) AS running`,
  },
  /**
   * Setup looks for the machine of this name, for the host it runs on, and for that host's global maintenance. A machine that runs nowhere counts as outside of maintenance; and after a
   * restore from a backup setup does not look at all.
   */
  hostedEngine: {
    override: 'OVESETUP_CONFIG/continueSetupOnHEVM',
    needs: [
      'vdc_options.option_name',
      'vdc_options.option_value',
      'vm_static.vm_name',
      'vm_static.vm_guid',
      'vm_dynamic.vm_guid',
      'vm_dynamic.run_on_vds',
      'vds_statistics.vds_id',
      'vds_statistics.ha_global_maintenance',
    ],
    sql: `SELECT CASE WHEN count(*) = 0 THEN 'none'
                      WHEN EXISTS (SELECT 1 FROM public.vdc_options WHERE option_name = 'DbJustRestored' AND option_value = '1') THEN 'none'
                      WHEN bool_and(coalesce(s.ha_global_maintenance, false)) THEN 'maintenance'
                      WHEN count(d.run_on_vds) > 0 THEN 'active'
                      ELSE 'idle' END
            FROM public.vm_static v JOIN public.vm_dynamic d ON d.vm_guid = v.vm_guid
            LEFT JOIN public.vds_statistics s ON s.vds_id = d.run_on_vds
           WHERE v.vm_name = coalesce((SELECT min(option_value) FROM public.vdc_options WHERE option_name = 'HostedEngineVmName'), 'HostedEngine')`,
  },
  provider: {
    needs: ['providers.id', 'providers.name'],
    sql: `SELECT min(id::text) FROM public.providers WHERE name = '${PROVIDER_NAME}'`,
  },
  renewalDays: {
    needs: ['vdc_options.option_name', 'vdc_options.option_value', 'vdc_options.version'],
    sql: `SELECT min(option_value)::int FROM public.vdc_options
           WHERE option_name = 'CertExpirationWarnPeriodInDays' AND version = 'general' AND option_value ~ '^[0-9]{1,6}$'`,
  },
};
