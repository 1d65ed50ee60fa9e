/** Objects of other owners that fell with a cleared database, as a script for whoever may make them again. */
import type { StepOf } from '../model/plan.ts';

/** Name of the script, beside the dump. */
export function othersName(dump: string): string {
  return dump.replace(/dump$/, 'others.sql');
}

/** Runs when the database is full again, by a superuser: their owners are others than who fills it. */
export function othersScript({ cascades, credentials }: StepOf<'database-clear'>): string {
  const parts = cascades.map(({ name, definition }) => `-- ${name.replace(/[\r\n]/g, ' ')}\n${definition}\n`);
  const about = `-- Objects of other owners that hung on objects of database "${credentials.database}" and fell with them.`;
  return [
    about.replace(/[\r\n]/g, ' '),
    '-- For psql, by a superuser, in that database, when it is full again.',
    '',
    ...parts,
  ].join('\n');
}
