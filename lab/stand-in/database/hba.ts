/** Edits of pg_hba.conf. Pure. */

/** Every line for local sockets lets the account of the operating system in, as setup has it while it makes a database. */
export function withPeer(text: string): string {
  return text.replace(/^(local\s+.*\s+)\w+\s*$/gm, '$1peer');
}

/**
 * The lines of one database, before all other lines for hosts: after every line for local sockets, as otopi's setup has it (the last of them is often that of replication, behind
 * lines for hosts). A line that is there is moved, not doubled.
 * @param method `md5`: it takes passwords stored as scram too
 */
export function withDatabase(text: string, database: string, role: string, method: string): string {
  const column = (word: string, width: number): string => word.padEnd(width);
  const lines = ['0.0.0.0/0', '::0/0'].map(
    (address) => `${column('host', 7)} ${column(database, 15)} ${column(role, 15)} ${column(address, 23)} ${method}`,
  );
  const kept = text.split('\n').filter((line) => !lines.includes(line));
  return kept.flatMap((line) => (/^\s*local\b/.test(line) ? [line, ...lines] : [line])).join('\n');
}

/** 3.0 to 3.2 put one method in the place of another, in every line that is no comment. */
export function withMethod(text: string, old: RegExp, method: string): string {
  return text
    .split('\n')
    .map((line) => (/^\s*#/.test(line) ? line : line.replace(old, method)))
    .join('\n');
}
