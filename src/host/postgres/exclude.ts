/** What pg_dump is told to leave out: objects of other owners, which a plain role may not read. */

const RELATION = /^(?:table|foreign table|view|materialized view|sequence) (.+)$/s;

/**
 * Arguments of pg_dump for objects as the plan names them (`table public.x`). A quoted name is a pattern that fits nothing else. Functions and types cannot be left
 * out by name; they need no right to be dumped, and so do no harm.
 * @param ownLargeObjects the role has large objects of its own: without them the dump would lack data, so they are not left out
 */
export function excludeArguments(objects: readonly string[], ownLargeObjects: boolean): string[] {
  const args: string[] = [];
  for (const object of objects) {
    const relation = RELATION.exec(object)?.[1];
    if (relation !== undefined) args.push(`--exclude-table=${relation}`);
    else if (object.startsWith('schema ')) args.push(`--exclude-schema=${object.slice('schema '.length)}`);
  }
  if (!ownLargeObjects && objects.some((object) => object.startsWith('large object '))) args.push('--no-blobs');
  return args;
}
