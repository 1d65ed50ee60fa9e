/** What engine-setup makes of a database that it has no credentials of, as far as the local superuser sees it. Pure. */
import type { DatabaseFact } from '../model/facts.ts';
import type { DatabaseLayout } from '../model/layout.ts';
import type { Check } from '../model/report.ts';
import { sqlName } from '../model/sql.ts';
import { obstacle, passed, told } from './check.ts';

/** A role without its database: the statements that make a pair of it, or nothing. `elsewhere`: what else it owns or is granted, so that it cannot be dropped. */
export function mendRole(
  { extensions }: DatabaseLayout,
  database: string,
  role: string,
  elsewhere: readonly string[],
): string {
  const inIt = extensions.map((extension) => `CREATE EXTENSION ${sqlName(extension)};`).join(' ');
  const make = `CREATE DATABASE ${sqlName(database)} OWNER ${sqlName(role)} TEMPLATE template0 ENCODING 'UTF8';${inIt === '' ? '' : ` and in it: ${inIt}`}`;
  if (elsewhere.length > 0) return `${make} It cannot be dropped: it holds something in ${elsewhere.join(', ')}.`;
  return `DROP ROLE ${sqlName(role)}; or: ${make}`;
}

function mendDatabase(database: string, tables: number): string {
  if (tables === 0) return `DROP DATABASE ${sqlName(database)};`;
  const count = `${tables} ${tables === 1 ? 'table' : 'tables'}`;
  return `ALTER DATABASE ${sqlName(database)} RENAME TO ${sqlName(`${database}_old`)}; or, if nobody needs its ${count}: DROP DATABASE ${sqlName(database)};`;
}

/**
 * Without credentials setup looks for its default names as a superuser. It needs both of database and role, the database without a table, or neither; beside anything else it makes a
 * new pair with a timestamp in its names.
 */
export function withoutCredentials(fact: DatabaseFact, layout: DatabaseLayout): Check {
  const { admin } = fact;
  const id = `database-${fact.component}`;
  if (!admin.available || admin.database === null)
    return passed(id, `not asked: ${admin.why || 'no credentials are left on this host'}`);
  const database = fact.credentials?.database ?? layout.defaultName;
  const role = admin.role?.name ?? layout.defaultRole;
  const { exists, tables, recognised } = admin.database;
  const roleExists = admin.role?.exists === true;
  const invented = `"${layout.defaultName}_<timestamp>"`;
  if (!exists && !roleExists) return passed(id, 'neither database nor role exists: engine-setup makes both');
  if (!exists) {
    return obstacle(
      id,
      `role "${role}" exists without its database: engine-setup would invent other names for both, ${invented}.`,
      `As a PostgreSQL superuser run: ${mendRole(layout, database, role, admin.role?.elsewhere ?? [])}`,
    );
  }
  if (!roleExists) {
    return obstacle(
      id,
      `database "${database}" exists without its role: engine-setup would invent other names for both, ${invented}.`,
      `As a PostgreSQL superuser run: ${mendDatabase(database, tables)}`,
    );
  }
  if (tables === 0) return passed(id, 'database and role exist and are empty: engine-setup takes them');
  if (recognised) {
    return told(
      id,
      `database "${database}" is full, but no credentials are left: engine-setup makes a second one, ${invented}, unless it is given them`,
    );
  }
  return told(
    id,
    `database "${database}" holds ${tables} ${tables === 1 ? 'table' : 'tables'}, but is no ${fact.title}: engine-setup leaves it alone and makes another, ${invented}`,
  );
}
