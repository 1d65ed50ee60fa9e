/** What engine-setup makes of the content of a database that it can log in to. Pure. */
import type { DatabaseContent, DatabaseFact } from '../model/facts.ts';
import type { Check } from '../model/report.ts';
import { obstacle, passed, sql, told } from './check.ts';

/** Rows of the engine's own tables that make setup stop before it upgrades. */
function rows(content: DatabaseContent, name: string): Check[] {
  const checks: Check[] = [];
  if (content.unsupportedLevels.length > 0) {
    checks.push(
      obstacle(
        'compatibility-levels',
        `${name} holds clusters or data centers of compatibility level ${content.unsupportedLevels.join(', ')}, from which engine-setup does not upgrade.`,
        'Start the old engine once more and raise their level, or run engine-cleanup without -d.',
      ),
    );
  }
  if (content.hostedEngine === 'active') {
    checks.push(
      obstacle(
        'hosted-engine',
        'The engine is a hosted engine outside global maintenance: engine-setup refuses.',
        'Run "hosted-engine --set-maintenance --mode=global" on one of its hosts.',
      ),
    );
  }
  if (content.legacyPassword) {
    checks.push(
      obstacle(
        'legacy-password',
        `${name} still holds the option AdminPassword of releases before 3.6, a sign of an upgrade that went wrong: engine-setup stops.`,
        "If nobody logs in with that password any more, run in it: DELETE FROM vdc_options WHERE option_name = 'AdminPassword';",
      ),
    );
  }
  return checks;
}

/**
 * Setup takes a database with a table in `public` for an upgrade: it must then be whole, and ours.
 * @param dropIn setup's own file with the credentials; null where they were found elsewhere, which is where setup does not look
 */
export function full(fact: DatabaseFact, content: DatabaseContent, name: string, dropIn: string | null): Check[] {
  const id = `database-${fact.component}`;
  if (content.missing.length > 0) {
    const lacking = obstacle(
      id,
      `${name} holds tables, so engine-setup takes it for an upgrade, but it is half-built: it lacks ${content.missing.join(', ')}. Setup would fail, or succeed falsely.`,
      'Run engine-cleanup without -d, or restore a dump into it.',
    );
    return [lacking, ...rows(content, name)];
  }
  if (content.foreignObjects.length > 0) {
    const foreign = obstacle(
      id,
      `${name} holds objects of other owners, which an upgrade refuses: ${content.foreignObjects.slice(0, 5).join(', ')}.`,
      `Drop them, or give them to role ${sql(fact.credentials?.role ?? '')}.`,
    );
    return [foreign, ...rows(content, name)];
  }
  if (dropIn === null) {
    const unknown = told(
      id,
      `${name} is full and whole, but its credentials are not in setup's own file: engine-setup makes a second one unless it is given them`,
    );
    return [unknown, ...rows(content, name)];
  }
  return [passed(id, `${name} is full and whole: engine-setup upgrades it`), ...rows(content, name)];
}

/** Setup takes a database without a table in `public` for new. */
export function empty(fact: DatabaseFact, content: DatabaseContent, name: string): Check {
  const id = `database-${fact.component}`;
  const role = fact.credentials?.role ?? '';
  if (content.obstacles.length > 0) {
    return obstacle(
      id,
      `${name} has no table but still holds ${content.obstacles.slice(0, 5).join(', ')}: creating the schema fails on them.`,
      'Run engine-cleanup again, or let their owner drop them.',
    );
  }
  if (!content.publicSchema || !content.mayCreateInPublic) {
    return obstacle(
      id,
      content.publicSchema
        ? `Role "${role}" may not create tables in schema public of ${name}.`
        : `${name} has no schema public.`,
      `A DBA runs in it: CREATE SCHEMA IF NOT EXISTS public; GRANT ALL ON SCHEMA public TO ${sql(role)};`,
    );
  }
  if (fact.component === 'engine' && !content.uuidOssp) {
    return obstacle(
      id,
      `${name} lacks the extension uuid-ossp: engine-setup stops unless it provisions the database itself.`,
      'A DBA runs in it: CREATE EXTENSION "uuid-ossp";',
    );
  }
  return passed(id, `${name} is empty and its role works: engine-setup fills it`);
}
