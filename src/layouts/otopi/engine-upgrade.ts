/**
 * What setup looks for in a full engine database before it upgrades it. It asks some of it as a question whose default is No (or that has none), and stops at that answer: nobody is there to
 * give another in an unattended setup. Read in its plug-ins `db/schema.py`, `upgrade/*.py` and `config/aaa*.py`, tag by tag from 3.3.5 to 4.5.8.
 */
import { type DatabaseLayout, RELEASES, type Release } from '../../model/layout.ts';

type Rule = NonNullable<DatabaseLayout['stumbles']>[number] & {
  /** First release whose setup stumbles over it. */
  since: Release;
};

/** A snapshot of a disk that belongs to no snapshot of a machine. */
const NO_SNAPSHOT = '00000000-0000-0000-0000-000000000000';
/** Minutes after which setup itself throws a task away, where the database says nothing else. */
const TASK_LIFE = 3000;

/** Levels of compatibility: of what holds the machines, of the machines, and of what was kept of them. `known`: those that setup upgrades from. */
function levelRules(clusters: string, known: string): Rule[] {
  return [
    {
      since: '3.3',
      check: 'compatibility-levels',
      severity: 'obstacle',
      what: 'clusters or data centers of a compatibility level that engine-setup does not upgrade from',
      effect: 'stops',
      hint: 'Start the old engine once more and raise their level, or run engine-cleanup without -d.',
      needs: [
        `${clusters}.name`,
        `${clusters}.compatibility_version`,
        'storage_pool.name',
        'storage_pool.compatibility_version',
      ],
      sql: `SELECT 'cluster ' || name || ' (' || compatibility_version || ')' AS name FROM public.${clusters} WHERE compatibility_version NOT IN (${known})
            UNION ALL
            SELECT 'data center ' || name || ' (' || compatibility_version || ')' FROM public.storage_pool WHERE compatibility_version NOT IN (${known})`,
    },
    {
      since: '4.1',
      check: 'machine-levels',
      severity: 'obstacle',
      what: 'virtual machines with a custom compatibility level that engine-setup does not upgrade from',
      effect: 'stops',
      hint: 'Start the old engine once more and empty the custom compatibility version of each, or run engine-cleanup without -d.',
      needs: ['vm_static.vm_guid', 'vm_static.vm_name', 'vm_static.custom_compatibility_version', 'vm_dynamic.vm_guid'],
      // Templates have no row in vm_dynamic: setup does not look at theirs.
      sql: `SELECT v.vm_name || ' (' || v.custom_compatibility_version || ')' AS name
              FROM public.vm_static v JOIN public.vm_dynamic d ON d.vm_guid = v.vm_guid
             WHERE v.custom_compatibility_version <> '' AND v.custom_compatibility_version NOT IN (${known})`,
    },
    {
      since: '4.3',
      check: 'snapshot-levels',
      severity: 'obstacle',
      what: 'snapshots of a compatibility level that engine-setup does not upgrade from, so that they can no longer be used',
      effect: 'asks whether to go on, and an unattended setup stops',
      hint: 'Start the old engine once more and delete them; or give engine-setup an answer file with QUESTION/1/OVESETUP_IGNORE_SNAPSHOTS_WITH_OLD_COMPAT_LEVEL=str:yes, and lose them.',
      needs: [
        'snapshots.vm_id',
        'snapshots.snapshot_type',
        'snapshots.description',
        'snapshots.vm_configuration',
        'vm_static.vm_guid',
        'vm_static.vm_name',
        'vm_dynamic.vm_guid',
      ],
      sql: `SELECT v.vm_name || ' ' || coalesce(s.description, '') || ' (' || s.level || ')' AS name
              FROM (SELECT vm_id, description,
                           coalesce(substring(vm_configuration from '<ClusterCompatibilityVersion>([^<]*)<'), 'unknown') AS level
                      FROM public.snapshots WHERE snapshot_type = 'REGULAR') s
              JOIN public.vm_static v ON v.vm_guid = s.vm_id JOIN public.vm_dynamic d ON d.vm_guid = v.vm_guid
             WHERE s.level NOT IN (${known})`,
    },
  ];
}

const TASKS: Rule = {
  since: '3.5',
  check: 'running-tasks',
  severity: 'obstacle',
  what: 'tasks that have not ended',
  effect: 'asks whether to wait for them, and an unattended setup stops; without a running engine they never end',
  hint: `Let the old engine end them. engine-setup itself clears them once they are older than AsyncTaskZombieTaskLifeInMinutes of the database (${TASK_LIFE} unless changed), and looks at none with an answer file that has OVESETUP_ASYNC/clearTasks=bool:False.`,
  needs: [
    'async_tasks.task_id',
    'async_tasks.started_at',
    'async_tasks.storage_pool_id',
    'storage_pool.id',
    'storage_pool.name',
    'vdc_options.option_name',
    'vdc_options.option_value',
  ],
  // What it finds of commands and of compensation it deletes unasked, with the tasks that are too old: only younger tasks are left to ask about.
  sql: `SELECT t.task_id::text || ' in ' || p.name AS name
          FROM public.async_tasks t JOIN public.storage_pool p ON p.id = t.storage_pool_id
         WHERE NOT coalesce(t.started_at < now() - interval '1 minute' * coalesce((SELECT min(option_value)::int FROM public.vdc_options
           WHERE option_name = 'AsyncTaskZombieTaskLifeInMinutes' AND option_value ~ '^[0-9]{1,8}$'), ${TASK_LIFE}), false)`,
};

const URLS: Rule = {
  since: '4.2',
  check: 'provider-urls',
  severity: 'obstacle',
  what: 'providers whose authentication URL is not of the form https://HOST:PORT/v3',
  effect: 'asks for another one each, and an unattended setup stops',
  hint: "Run in it for each: UPDATE providers SET auth_url = 'https://HOST:PORT/v3' WHERE name = 'NAME';",
  needs: ['providers.name', 'providers.auth_url'],
  sql: `SELECT name::text AS name FROM public.providers WHERE auth_url !~ '^https?://[^/]*:[0-9]+/(v3|v2[.]0)/?$'`,
};

/** Options of old releases, each a sign of accounts that this one does not know. */
const OPTIONS: readonly Rule[] = [
  {
    since: '4.4',
    check: 'legacy-password',
    severity: 'obstacle',
    what: 'the option AdminPassword of releases before 3.6, a sign of an upgrade that went wrong',
    effect: 'stops',
    hint: "If nobody logs in with that password any more, run in it: DELETE FROM vdc_options WHERE option_name = 'AdminPassword';",
    needs: ['vdc_options.option_name'],
    // The row alone counts, an empty value as well.
    sql: `SELECT NULL::text AS name FROM public.vdc_options WHERE option_name = 'AdminPassword'`,
  },
  {
    since: '4.0',
    check: 'legacy-directory',
    severity: 'obstacle',
    what: 'directories that engine-manage-domains added, which no engine from 4.0 on can use',
    effect: 'stops',
    hint: "If nobody logs in by them any more, run in it: UPDATE vdc_options SET option_value = '' WHERE option_name = 'DomainName'; else migrate them with the old engine to ovirt-engine-extension-aaa-ldap.",
    needs: ['vdc_options.option_name', 'vdc_options.option_value', 'vdc_options.version'],
    sql: `SELECT option_value::text AS name FROM public.vdc_options WHERE option_name = 'DomainName' AND version = 'general' AND option_value <> ''`,
  },
];

const IMAGES: Rule = {
  since: '4.2',
  check: 'invalid-images',
  severity: 'warning',
  what: 'disk images that belong to no snapshot of their machine',
  effect: 'goes on, but snapshots of these machines may fail or corrupt the disk',
  hint: 'Clone these machines in the engine and use the clones.',
  needs: [
    'images.image_group_id',
    'images.vm_snapshot_id',
    'vm_device.device_id',
    'vm_device.vm_id',
    'vm_device.type',
    'vm_device.device',
    'vm_static.vm_guid',
    'vm_static.vm_name',
    'vm_dynamic.vm_guid',
    'base_disks.disk_id',
    'base_disks.disk_alias',
  ],
  sql: `SELECT v.vm_name || ' (' || coalesce(b.disk_alias, '') || ')' AS name
          FROM public.images i JOIN public.base_disks b ON b.disk_id = i.image_group_id
          JOIN public.vm_device x ON x.device_id = i.image_group_id AND x.type = 'disk' AND x.device = 'disk'
          JOIN public.vm_static v ON v.vm_guid = x.vm_id JOIN public.vm_dynamic d ON d.vm_guid = v.vm_guid
         WHERE i.vm_snapshot_id::text = '${NO_SNAPSHOT}'`,
};

/** What setup of a release stumbles over. `levels`: those it upgrades from; newer ones than it knows are in no database of its own. */
export function stumblesOf(release: Release, levels: readonly string[]): NonNullable<DatabaseLayout['stumbles']> {
  const has = (since: Release): boolean => RELEASES.indexOf(release) >= RELEASES.indexOf(since);
  const known = levels.map((level) => `'${level}'`).join(', ');
  const rules = [...levelRules(has('4.0') ? 'cluster' : 'vds_groups', known), TASKS, URLS, ...OPTIONS, IMAGES];
  return rules.filter(({ since }) => has(since)).map(({ since: _since, ...rule }) => rule);
}

/** Its validator offers to delete such rows, but setup stops at what the validator found before it comes to the offer (3.3 and newer). */
export const references: NonNullable<DatabaseLayout['references']> = {
  check: 'foreign-keys',
  severity: 'obstacle',
  what: 'rows that refer to rows which are not there',
  effect: 'stops',
  hint: 'Where the engine is installed run "/usr/share/ovirt-engine/setup/dbutils/validatedb.sh --fix", which deletes them, or restore a dump.',
  except: ['fk_vm_interface_vm_static', 'fk_vm_interface_vm_static_template'],
};
