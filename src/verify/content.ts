/** What engine-setup makes of the content of a database that it can log in to. Pure. */
import type { DatabaseContent, DatabaseFact } from '../model/facts.ts';
import type { DatabaseLayout } from '../model/layout.ts';
import type { Check } from '../model/report.ts';
import { sqlName } from '../model/sql.ts';
import { listed, obstacle, passed, told } from './check.ts';
import { checkStumbles } from './stumbles.ts';

/** An extension that is not there; null where all are. */
function lackingExtension(
  { component }: DatabaseFact,
  { missingExtensions }: DatabaseContent,
  name: string,
): Check | null {
  if (missingExtensions.length === 0) return null;
  const statements = missingExtensions.map((extension) => `CREATE EXTENSION ${sqlName(extension)};`).join(' ');
  const which = missingExtensions.length === 1 ? 'extension' : 'extensions';
  return obstacle(
    `database-${component}`,
    `${name} lacks the ${which} ${missingExtensions.join(', ')}: engine-setup stops unless it provisions the database itself.`,
    `A DBA runs in it: ${statements}`,
  );
}

/** What an upgrade cannot cope with whatever is in the rows; null where it can. Setup looks who owns what since 3.3. */
function unfit(fact: DatabaseFact, content: DatabaseContent, layout: DatabaseLayout, name: string): Check | null {
  const id = `database-${fact.component}`;
  if (content.missing.length > 0) {
    return obstacle(
      id,
      `${name} holds tables, so engine-setup takes it for an upgrade, but it is half-built: it lacks ${content.missing.join(', ')}. Setup would fail, or succeed falsely.`,
      'Run engine-cleanup without -d, or restore a dump into it.',
    );
  }
  const others = layout.madeAnew ? [] : [...new Set([...content.misowned, ...content.foreignObjects])];
  if (others.length > 0) {
    return obstacle(
      id,
      `${name} holds objects of other owners, which an upgrade refuses: ${listed(others)}.`,
      `Drop them, or give them to role ${sqlName(fact.credentials?.role ?? '')}.`,
    );
  }
  return lackingExtension(fact, content, name);
}

/**
 * Setup takes a database with a table in `public` for an upgrade: it must then be whole, and ours.
 * @param dropIn setup's own file with the credentials; null where they were found elsewhere, which is where setup does not look
 */
export function full(
  fact: DatabaseFact,
  content: DatabaseContent,
  layout: DatabaseLayout,
  name: string,
  dropIn: string | null,
): Check[] {
  const id = `database-${fact.component}`;
  const fit =
    dropIn === null
      ? told(
          id,
          `${name} is full and whole, but its credentials are not in setup's own file: engine-setup makes a second one unless it is given them`,
        )
      : passed(id, `${name} is full and whole: engine-setup upgrades it`);
  return [unfit(fact, content, layout, name) ?? fit, ...checkStumbles(content, layout, name)];
}

/** Setup takes a database without a table in `public` for new. */
export function empty(fact: DatabaseFact, content: DatabaseContent, name: string): Check {
  const id = `database-${fact.component}`;
  const role = fact.credentials?.role ?? '';
  if (content.obstacles.length > 0) {
    return obstacle(
      id,
      `${name} has no table but still holds ${listed(content.obstacles)}: creating the schema fails on them.`,
      'Run engine-cleanup again, or let their owner drop them.',
    );
  }
  if (!content.publicSchema || !content.mayCreateInPublic) {
    return obstacle(
      id,
      content.publicSchema
        ? `Role "${role}" may not create tables in schema public of ${name}.`
        : `${name} has no schema public.`,
      `A DBA runs in it: CREATE SCHEMA IF NOT EXISTS public; GRANT ALL ON SCHEMA public TO ${sqlName(role)};`,
    );
  }
  return (
    lackingExtension(fact, content, name) ?? passed(id, `${name} is empty and its role works: engine-setup fills it`)
  );
}
