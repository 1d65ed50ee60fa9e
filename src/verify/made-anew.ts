/** Databases of 3.0 to 3.2, whose setup makes database and role itself with the login of an administrator. Pure. */
import type { DatabaseFact } from '../model/facts.ts';
import type { DatabaseLayout } from '../model/layout.ts';
import type { Check } from '../model/report.ts';
import { sqlName } from '../model/sql.ts';
import { obstacle, passed, told } from './check.ts';

/** It is there, as far as anybody sees; null where nobody can tell. */
function exists({ reach, admin }: DatabaseFact): boolean | null {
  if (reach.state === 'connected') return true;
  if (reach.state === 'absent') return false;
  return admin.available ? (admin.database?.exists ?? null) : null;
}

function isWhole({ content, admin }: DatabaseFact): boolean {
  return content?.recognised ?? admin.database?.recognised ?? false;
}

/** The role owns something, and so cannot be dropped to be made anew. On another server setup makes none: the administrator's login is all it uses. */
function roleInUse({ component, local, admin }: DatabaseFact, { defaultRole }: DatabaseLayout): Check | null {
  const role = admin.role;
  if (!local || !role?.exists || role.name !== defaultRole || role.elsewhere.length === 0) return null;
  const old = admin.leftovers.map(({ name }) => name).filter((name) => role.elsewhere.includes(name));
  const drops = old.map((name) => `DROP DATABASE ${sqlName(name)};`).join(' ');
  const keep = `In each of them: REASSIGN OWNED BY ${sqlName(role.name)} TO postgres; DROP OWNED BY ${sqlName(role.name)};`;
  return obstacle(
    `database-${component}-role`,
    `Role "${role.name}" owns or is granted something in ${role.elsewhere.join(', ')}: engine-setup drops it to make it anew, cannot, and stops.`,
    `As a PostgreSQL superuser run: ${drops === '' ? keep : `${drops} Or, to keep them: ${keep}`}`,
  );
}

/** What setup makes of it; null where it takes it as later releases do. */
export function madeAnew(fact: DatabaseFact, layout: DatabaseLayout): Check | null {
  const id = `database-${fact.component}`;
  const name = fact.credentials?.database ?? layout.defaultName;
  const there = exists(fact);
  if (there === false)
    return roleInUse(fact, layout) ?? passed(id, 'the database does not exist: engine-setup makes it');
  if (fact.reach.state === 'rejected')
    return told(
      id,
      `the server rejects the password that is on this host: engine-setup must be given that of "${name}"`,
    );
  if (there === null || isWhole(fact)) return null;
  return obstacle(
    id,
    `Database "${name}" is there without the tables of an ${fact.title}: engine-setup stops at it.`,
    `As its owner or a PostgreSQL superuser run: DROP DATABASE ${sqlName(name)};`,
  );
}
