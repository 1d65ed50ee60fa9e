/**
 * What the tables of a database say. Each part is asked only where its tables and columns exist and may be read: a setup that died leaves any subset of them. All parts go in one
 * question.
 */
import type { DatabaseContent } from '../../model/facts.ts';
import type { DatabaseLayout, RowQuestion } from '../../model/layout.ts';
import type { Connection } from '../port.ts';
import { quoteIdentifier } from './quote.ts';

/** Every question that the layout has for the rows of a database. */
function questionsOf({ complete, questions, stumbles }: DatabaseLayout): RowQuestion[] {
  return [...(complete?.rows ?? []), ...Object.values(questions ?? {}), ...(stumbles ?? [])];
}

/** Every `table.column` of `public` that the questions need. */
export function neededColumns(layout: DatabaseLayout): string[] {
  return [...new Set([...layout.encrypted, ...questionsOf(layout).flatMap(({ needs }) => needs)])];
}

/** True if everything that a question needs is there. */
export function canAsk({ needs }: RowQuestion, columns: ReadonlySet<string>): boolean {
  return needs.every((column) => columns.has(column));
}

export type TableFindings = Pick<
  DatabaseContent,
  'encrypted' | 'dwh' | 'hostedEngine' | 'ovnProvider' | 'renewalDays'
> & {
  /** What its rows lack of a finished setup. */
  lacks: string[];
};

interface Row {
  encrypted: (number | null)[];
  complete: (boolean | null)[];
  timekeeping: DatabaseContent['dwh'];
  hosted: DatabaseContent['hostedEngine'] | null;
  provider: string | null;
  renewal: number | null;
  options: number | null;
}

function countSql(pair: string): string {
  const dot = pair.indexOf('.');
  const column = quoteIdentifier(pair.slice(dot + 1));
  return `(SELECT count(*) FROM public.${quoteIdentifier(pair.slice(0, dot))} WHERE ${column} IS NOT NULL AND ${column}::text <> '')`;
}

function tablesSql(layout: DatabaseLayout, columns: ReadonlySet<string>): string {
  const { timekeeping, hostedEngine, provider, renewalDays, encryptedOptions } = layout.questions ?? {};
  const value = (question: RowQuestion | undefined): string =>
    question && canAsk(question, columns) ? `(${question.sql})` : 'NULL';
  const row = (question: RowQuestion | undefined): string =>
    question && canAsk(question, columns) ? `(SELECT row_to_json(one) FROM (${question.sql}) one)` : 'NULL';
  const counts = layout.encrypted.map((pair) => (columns.has(pair) ? countSql(pair) : 'NULL'));
  const complete = (layout.complete?.rows ?? []).map(value);
  return `SELECT ARRAY[${counts.join(', ')}]::int8[] AS encrypted, ARRAY[${complete.join(', ')}]::bool[] AS complete,
    ${row(timekeeping)} AS timekeeping, ${value(hostedEngine)} AS hosted,
    ${value(provider)} AS provider, ${value(renewalDays)} AS renewal, ${value(encryptedOptions)} AS options`;
}

/** Asks the tables. `columns`: those of `neededColumns` that exist. */
export async function readTables(
  connection: Connection,
  layout: DatabaseLayout,
  columns: readonly string[],
): Promise<TableFindings> {
  const sql = tablesSql(layout, new Set(columns));
  const [result] = await connection.query<{ found: Row }>(`SELECT row_to_json(t) AS found FROM (${sql}) t`);
  const { encrypted, complete, timekeeping, hosted, provider, renewal, options } = result!.found;
  const counts = layout.encrypted.flatMap((pair, index): [string, number][] => {
    const count = encrypted[index];
    return count === null || count === undefined ? [] : [[pair, count]];
  });
  const column = layout.questions?.encryptedOptions?.needs[0];
  if (column !== undefined && options !== null) counts.push([column, options]);
  return {
    encrypted: Object.fromEntries(counts),
    lacks: (layout.complete?.rows ?? []).filter((_row, index) => complete[index] !== true).map(({ lack }) => lack),
    dwh: timekeeping,
    hostedEngine: hosted ?? 'unknown',
    ovnProvider: provider,
    renewalDays: renewal,
  };
}
