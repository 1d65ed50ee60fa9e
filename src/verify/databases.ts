/** What engine-setup will find in its databases. Pure. */
import { databaseLayoutOf, isApart, ownFilesOf } from '../layouts/index.ts';
import { isAdministrators } from '../model/database-facts.ts';
import type { DatabaseFact, Facts } from '../model/facts.ts';
import type { DatabaseLayout, DatabaseServerLayout, Layout } from '../model/layout.ts';
import { realPath } from '../model/paths.ts';
import { isSilent } from '../model/reach.ts';
import type { Check } from '../model/report.ts';
import { sqlName } from '../model/sql.ts';
import { cleanupCommand, isUpgrade, obstacle, passed } from './check.ts';
import { empty, full } from './content.ts';
import { madeAnew } from './made-anew.ts';
import { mendRole, withoutCredentials } from './without-credentials.ts';

/** SQLSTATE of a database with ALLOW_CONNECTIONS false: the server answers, and no restart of it helps. */
const NO_CONNECTIONS = '55000';

function startCommand(fact: DatabaseFact, { unit }: DatabaseServerLayout): string {
  return fact.local
    ? `Run "systemctl start ${unit}" (or the start command of your server), then "engine-cleanup verify".`
    : `Start the server on ${fact.credentials?.host}, then run "engine-cleanup verify".`;
}

function unreachable(
  fact: DatabaseFact,
  server: DatabaseServerLayout,
  { code, hint, message }: Extract<DatabaseFact['reach'], { state: 'unreachable' }>,
  name: string,
): Check {
  const id = `database-${fact.component}`;
  if (isSilent(code)) return obstacle(id, `${name} does not answer: ${message}`, startCommand(fact, server));
  if (code !== NO_CONNECTIONS) {
    return obstacle(
      id,
      `${name} cannot be used, though its server answers: ${message}`,
      `${hint ?? 'Let a DBA mend what is said there.'} Then run "engine-cleanup verify".`,
    );
  }
  return obstacle(
    id,
    `${name} accepts no connections (ALLOW_CONNECTIONS is false).`,
    `As a PostgreSQL superuser run: ALTER DATABASE ${sqlName(fact.credentials?.database ?? '')} ALLOW_CONNECTIONS true;`,
  );
}

/** Checks of one database. `server`: the one of databases that setup makes on this host. */
export function checkDatabase(
  facts: Facts,
  fact: DatabaseFact,
  layout: DatabaseLayout,
  server: DatabaseServerLayout,
): Check[] {
  const { credentials, reach, content } = fact;
  if (fact.foreign !== null) return [];
  const anew = layout.madeAnew ? madeAnew(fact, layout) : null;
  if (anew !== null) return [anew];
  if (credentials === null) return [withoutCredentials(fact, layout)];
  const id = `database-${fact.component}`;
  const name = `database "${credentials.database}" on ${credentials.host}`;
  // Setup insists on what its own file says, and looks nowhere else.
  const isThere = (path: string): boolean => [...facts.files, ...facts.lines].some((file) => file.path === path);
  const dropIn = [...ownFilesOf(layout), ...(layout.passwordFiles ?? []).map(({ path }) => path)].find(isThere) ?? null;
  const source = realPath(facts.root, credentials.origin === 'drop-in' ? credentials.source : (dropIn ?? ''));
  switch (reach.state) {
    case 'connected':
      if (fact.dropInRejected && dropIn !== null) {
        return [
          obstacle(
            id,
            `The server rejects the credentials in ${realPath(facts.root, dropIn)}, though those in ${realPath(facts.root, credentials.source)} work: engine-setup reads only the former, and stops.`,
            'Run "engine-cleanup -d": it writes the credentials that work there.',
          ),
        ];
      }
      if (content === null) return [passed(id, `${name} answers`)];
      return content.tables > 0 ? full(fact, content, layout, name, dropIn) : [empty(fact, content, name)];
    case 'absent':
      if (dropIn !== null) {
        return [
          obstacle(
            id,
            `${name} does not exist, but ${source} names it: engine-setup cannot connect and stops.`,
            `Run "${cleanupCommand(facts)}": it removes that file.`,
          ),
        ];
      }
      if (isAdministrators(fact)) return [passed(id, `${name} does not exist: its setup makes it`)];
      if (fact.admin.available && fact.admin.role?.exists === false)
        return [passed(id, 'neither database nor role exists: engine-setup makes both')];
      return [
        obstacle(
          id,
          `Role "${credentials.role}" exists on ${credentials.host} without its database: engine-setup would ask for the database again, or invent other names.`,
          `A DBA runs: ${mendRole(layout, credentials.database, credentials.role, fact.admin.role?.elsewhere ?? [])}`,
        ),
      ];
    case 'rejected':
      if (dropIn === null) {
        return fact.admin.available
          ? [withoutCredentials(fact, layout)]
          : [passed(id, 'not asked: the server rejects the old credentials, which are no longer on this host')];
      }
      return [
        obstacle(
          id,
          `The server rejects the credentials in ${source}: engine-setup cannot connect and stops. ${reach.message}`,
          `Correct the password in ${source}, or run "engine-cleanup -d": it moves the file into its backup, and engine-setup asks for the database again.`,
        ),
      ];
    case 'sealed':
      return [
        obstacle(
          id,
          `${name} is closed to connections.`,
          `As a PostgreSQL superuser run: ALTER DATABASE ${sqlName(credentials.database)} CONNECTION LIMIT -1;`,
        ),
      ];
    case 'half-dropped':
      return [
        obstacle(
          id,
          `The drop of ${name} was begun and not finished: engine-setup cannot connect and stops.`,
          `Run engine-cleanup without -d, or as a PostgreSQL superuser: DROP DATABASE ${sqlName(credentials.database)};`,
        ),
      ];
    case 'unreachable':
      return [unreachable(fact, server, reach, name)];
    default:
      return [passed(id, `not asked: ${reach.message}`)];
  }
}

/** What is said of the main database where detection knows of none: nothing is left to ask with. A host of other components alone has none. */
export function checkNoDatabase({ components, databases }: Facts, layout: Layout): Check[] {
  const { main } = layout;
  if (isApart(layout, components) || databases.some(({ component }) => component === main)) return [];
  return [passed(`database-${main}`, 'not asked: no credentials are left on this host')];
}

/**
 * A volume database that connects is taken as it is, whatever became of the engine's: beside a new engine it holds rows of storage that the engine does not know. Said by code
 * only, no release complains.
 */
export function checkVolumeDatabases(facts: Facts, layout: Layout): Check[] {
  if (isUpgrade(facts, layout)) return [];
  return facts.databases
    .filter(({ component }) => databaseLayoutOf(layout, component)?.describesMain === true)
    .filter(({ foreign, content }) => foreign === null && (content?.tables ?? 0) > 0)
    .map(({ component, title, credentials }) =>
      obstacle(
        `database-${component}-stale`,
        `The ${title} "${credentials?.database}" is full while the engine's is new: engine-setup takes it as it is, with volumes that the new engine does not know.`,
        'Run engine-cleanup without -d: it clears both.',
      ),
    );
}
