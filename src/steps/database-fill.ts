/** Fills an empty database from the dump of an earlier run. */
import { placeOf } from '../host/postgres/connection.ts';
import { entriesOf, presentIn, withoutExtensionComments } from '../host/postgres/contents.ts';
import { resetDefaultPrivileges } from '../host/postgres/default-privileges.ts';
import { type DumpReader, fillDatabase, readContents } from '../host/postgres/fill.ts';
import { HostError, messageOf } from '../model/errors.ts';
import type { StepOf } from '../model/plan.ts';
import type { StepContext, StepRunner } from './context.ts';
import { isAsBefore, isEmpty, loginTo } from './database-state.ts';
import { within } from './dwh-rows.ts';
import { sourceMember } from './source.ts';

/** What of the dump whoever fills is to make; null: all of it. */
async function chosen(step: StepOf<'database-fill'>, context: StepContext, reader: DumpReader): Promise<string | null> {
  const { way, credentials } = step;
  if (way.as === 'role')
    return entriesOf(credentials.role, await readContents(reader), await within(step, context, presentIn));
  const plain = 'credentials' in way.server && !way.server.superuser;
  return plain ? withoutExtensionComments(await readContents(reader)) : null;
}

function nameOf({ credentials }: StepOf<'database-fill'>): string {
  const place = placeOf(credentials);
  return place.charAt(0).toUpperCase() + place.slice(1);
}

async function fill(step: StepOf<'database-fill'>, context: StepContext): Promise<void> {
  const { tools, plan, timeoutMs, signal, runDir, onBytes } = context;
  if (tools.pgRestore === null) {
    throw new HostError('There is no program "pg_restore", so no database can be filled.', {
      hint: "Install PostgreSQL's client programs, then run engine-cleanup restore again.",
    });
  }
  if (step.way.as === 'role') await within(step, context, resetDefaultPrivileges);
  const reader = { pgRestore: tools.pgRestore.path, dump: sourceMember(plan, step.file), timeoutMs, signal };
  const list = await chosen(step, context, reader);
  const login = await loginTo(step, context, runDir);
  try {
    await fillDatabase({
      ...reader,
      login,
      place: nameOf(step),
      list,
      noOwner: step.way.as === 'role',
      dir: runDir,
      onBytes: (done) => onBytes(done, null),
    });
  } finally {
    login.close();
  }
}

/** Its text is that of the dump. */
function isFilled(step: StepOf<'database-fill'>, context: StepContext): Promise<boolean> {
  return isAsBefore(step, sourceMember(context.plan, step.file), context, context.runDir);
}

/** What is to be told of a database whose filling was committed whole, as the end of a sentence; null: its text is that of the dump. */
async function difference(step: StepOf<'database-fill'>, context: StepContext): Promise<string | null> {
  // What fell with it is not in it yet.
  if (step.others !== null) return null;
  const dump = sourceMember(context.plan, step.file);
  try {
    if (context.tools.pgDump === null || (await isFilled(step, context))) return null;
    // An order of grants that no dump keeps, for one: a person can tell whether it matters.
    return `pg_dump writes something else of it than ${dump} has. Compare them before the engine works with it.`;
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    return `it was not compared with ${dump}: ${messageOf(error)}`;
  }
}

export const databaseFill: StepRunner<'database-fill'> = {
  touches: ({ credentials }) => [credentials.database],

  probe: async (step, context) => !(await isEmpty(step, context)) && (await isFilled(step, context)),

  async apply(step, context) {
    await fill(step, context);
    const differs = await difference(step, context);
    if (differs !== null) context.warn({ code: 'restore', message: `${nameOf(step)} was filled, but ${differs}` });
  },
};
