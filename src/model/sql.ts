/** Words of SQL that are shown to people, to be pasted into psql. */

/** A name as SQL takes it, always quoted. */
export function sql(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
