/** Words of SQL that are shown to people, to be pasted into psql. */

/** A name as SQL takes it, always quoted: `"odd ""name"""`. */
export function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
