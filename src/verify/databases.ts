/** What engine-setup will find in its databases. Pure. */
import type { DatabaseContent, DatabaseFact, Facts } from '../model/facts.ts';
import type { DatabaseLayout } from '../model/layout.ts';
import type { Check } from '../model/report.ts';

function check(fact: DatabaseFact, ok: boolean, detail: string, hint?: string): Check {
  return {
    id: `database-${fact.component}`,
    ok,
    detail,
    severity: 'obstacle',
    ...(hint === undefined ? {} : { hint }),
  };
}

/** A name quoted for SQL that a DBA may paste. */
function sql(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Setup takes a database with a table in `public` for an upgrade: it must then be whole, and ours. */
function full(fact: DatabaseFact, content: DatabaseContent, name: string): Check[] {
  const checks: Check[] = [];
  if (content.missing.length > 0) {
    checks.push(
      check(
        fact,
        false,
        `${name} holds tables, so engine-setup takes it for an upgrade, but it is half-built: it lacks ${content.missing.join(', ')}. Setup would fail, or succeed falsely.`,
        'Run engine-cleanup without -d, or restore a dump into it.',
      ),
    );
  } else if (content.foreignObjects.length > 0) {
    checks.push(
      check(
        fact,
        false,
        `${name} holds objects of other owners, which an upgrade refuses: ${content.foreignObjects.slice(0, 5).join(', ')}.`,
        `Drop them, or give them to role ${sql(fact.credentials?.role ?? '')}.`,
      ),
    );
  } else {
    checks.push(check(fact, true, `${name} is full and whole: engine-setup upgrades it`));
  }
  if (content.unsupportedLevels.length > 0) {
    checks.push({
      id: 'compatibility-levels',
      ok: false,
      severity: 'obstacle',
      detail: `${name} holds clusters or data centers of compatibility level ${content.unsupportedLevels.join(', ')}, from which engine-setup does not upgrade.`,
      hint: 'Start the old engine once more and raise their level, or run engine-cleanup without -d.',
    });
  }
  if (content.dwh?.running) {
    checks.push({
      id: 'dwh-running',
      ok: false,
      severity: 'obstacle',
      detail: `${name} says that the Data Warehouse is running${content.dwh.hostname ? ` on ${content.dwh.hostname}` : ''}: engine-setup stops and asks to stop it first.`,
      hint: 'Run "systemctl stop ovirt-engine-dwhd" on that host.',
    });
  }
  if (content.hostedEngine === 'active') {
    checks.push({
      id: 'hosted-engine',
      ok: false,
      severity: 'obstacle',
      detail: 'The engine is a hosted engine outside global maintenance: engine-setup refuses.',
      hint: 'Run "hosted-engine --set-maintenance --mode=global" on one of its hosts.',
    });
  }
  return checks;
}

/** Setup takes a database without a table in `public` for new. */
function empty(fact: DatabaseFact, content: DatabaseContent, name: string): Check {
  if (content.obstacles.length > 0) {
    return check(
      fact,
      false,
      `${name} has no table but still holds ${content.obstacles.slice(0, 5).join(', ')}: creating the schema fails on them.`,
      'Run engine-cleanup again, or let their owner drop them.',
    );
  }
  if (!content.publicSchema || !content.mayCreateInPublic) {
    return check(
      fact,
      false,
      content.publicSchema
        ? `Role "${fact.credentials?.role}" may not create tables in schema public of ${name}.`
        : `${name} has no schema public.`,
      `A DBA runs in it: CREATE SCHEMA IF NOT EXISTS public; GRANT ALL ON SCHEMA public TO ${sql(fact.credentials?.role ?? '')};`,
    );
  }
  if (fact.component === 'engine' && !content.uuidOssp) {
    return check(
      fact,
      false,
      `${name} lacks the extension uuid-ossp: engine-setup stops unless it provisions the database itself.`,
      'A DBA runs in it: CREATE EXTENSION "uuid-ossp";',
    );
  }
  return check(fact, true, `${name} is empty and its role works: engine-setup fills it`);
}

/** Without credentials setup looks for its default names as a superuser: both must be there and empty, or neither. */
function withoutCredentials(fact: DatabaseFact, layout: DatabaseLayout): Check {
  const { admin } = fact;
  const database = admin.database;
  const roleName = admin.role?.name ?? layout.defaultRole;
  if (!admin.available || database === null)
    return check(fact, true, `not asked: ${admin.why || 'no credentials are left'}`);
  const role = admin.role?.exists === true;
  if (!database.exists && !role) return check(fact, true, 'neither database nor role exists: engine-setup makes both');
  if (database.exists && role && database.tables === 0)
    return check(fact, true, 'database and role exist and are empty: engine-setup takes them');
  if (database.exists && role) {
    return {
      id: `database-${fact.component}`,
      ok: true,
      severity: 'warning',
      detail: `database "${layout.defaultName}" is full, but no credentials are left: engine-setup makes a second one unless it is given them`,
    };
  }
  const left = database.exists
    ? `database "${layout.defaultName}" exists without its role`
    : `role "${roleName}" exists without its database`;
  const statement = database.exists ? `DROP DATABASE ${sql(layout.defaultName)};` : `DROP ROLE ${sql(roleName)};`;
  return check(
    fact,
    false,
    `${left}: engine-setup would invent other names for both.`,
    `As a PostgreSQL superuser run: ${statement}`,
  );
}

function startCommand(fact: DatabaseFact): string {
  return fact.local
    ? 'Run "systemctl start postgresql" (or the start command of your server), then "engine-cleanup verify".'
    : `Start the server on ${fact.credentials?.host}, then run "engine-cleanup verify".`;
}

/** Checks of one database. `hasDropIn`: setup's own credentials file is there, which setup insists on. */
export function checkDatabase(fact: DatabaseFact, layout: DatabaseLayout, hasDropIn: boolean): Check[] {
  const { credentials, reach, content } = fact;
  if (fact.foreign !== null) return [];
  if (credentials === null) return [withoutCredentials(fact, layout)];
  const name = `database "${credentials.database}" on ${credentials.host}`;
  switch (reach.state) {
    case 'connected':
      if (content === null) return [check(fact, true, `${name} answers`)];
      return content.tables > 0 ? full(fact, content, name) : [empty(fact, content, name)];
    case 'absent':
      if (hasDropIn) {
        return [
          check(
            fact,
            false,
            `${name} does not exist, but setup's drop-in names it: engine-setup cannot connect and stops.`,
            'Run engine-cleanup again: it removes the drop-in.',
          ),
        ];
      }
      if (fact.admin.available && fact.admin.role?.exists === false)
        return [check(fact, true, 'neither database nor role exists: engine-setup makes both')];
      return [
        check(
          fact,
          false,
          `Role "${credentials.role}" exists on ${credentials.host} without its database: engine-setup would ask for the database again, or invent other names.`,
          `A DBA runs: DROP ROLE ${sql(credentials.role)}; or: CREATE DATABASE ${sql(credentials.database)} OWNER ${sql(credentials.role)} TEMPLATE template0 ENCODING 'UTF8';`,
        ),
      ];
    case 'rejected':
      if (!hasDropIn) {
        return fact.admin.available
          ? [withoutCredentials(fact, layout)]
          : [check(fact, true, `not asked: the server rejects the old credentials, which are no longer on this host`)];
      }
      return [
        check(
          fact,
          false,
          `The server rejects the credentials in setup's drop-in: engine-setup cannot connect and stops. ${reach.message}`,
          "Correct the password in setup's drop-in, or run engine-cleanup.",
        ),
      ];
    case 'sealed':
      return [
        check(
          fact,
          false,
          `${name} is closed to connections.`,
          `As a PostgreSQL superuser run: ALTER DATABASE ${sql(credentials.database)} CONNECTION LIMIT -1;`,
        ),
      ];
    case 'unreachable':
      return [check(fact, false, `${name} does not answer: ${reach.message}`, startCommand(fact))];
    default:
      return [check(fact, true, `not asked: ${reach.message}`)];
  }
}

/**
 * A volume database that connects is taken as it is, whatever became of the engine's: beside a new engine it holds rows of storage that the engine does not know. Said by code
 * only, no release complains.
 */
export function checkVolumeDatabases(facts: Facts): Check[] {
  const engine = facts.databases.find(({ component, foreign }) => component === 'engine' && foreign === null);
  if ((engine?.content?.tables ?? 0) > 0) return [];
  return facts.databases
    .filter(({ component }) => component === 'managedblock' || component === 'cinderlib')
    .filter(({ foreign, content }) => foreign === null && (content?.tables ?? 0) > 0)
    .map(({ component, title, credentials }) => ({
      id: `database-${component}-stale`,
      ok: false,
      severity: 'obstacle' as const,
      detail: `The ${title} "${credentials?.database}" is full while the engine's is new: engine-setup takes it as it is, with volumes that the new engine does not know.`,
      hint: 'Run engine-cleanup without -d: it clears both.',
    }));
}

/** The identity of this host's DWH must be the one the engine database knows: else setup asks whether to disconnect the other, and stops. */
export function checkDwhIdentity(facts: Facts): Check[] {
  const engine = facts.databases.find(({ component }) => component === 'engine');
  const known = engine?.content?.dwh?.uuid;
  if (!known || !facts.components.includes('dwh') || facts.dwhUuid === null || known === facts.dwhUuid) return [];
  return [
    {
      id: 'dwh-identity',
      ok: false,
      severity: 'obstacle',
      detail: `The engine database knows another Data Warehouse (${known}) than the one of this host: engine-setup asks whether to disconnect it, and an unattended setup stops.`,
      hint: 'Restore 10-setup-uuid.conf of that Data Warehouse, or blank the rows dwhUuid and dwhHostname of dwh_history_timekeeping.',
    },
  ];
}
