/** Values in the database that are encrypted with the engine's key: how many of them no longer decrypt. */
import { within } from '../base/versions.ts';
import { ENCRYPTED_COLUMNS } from './use-rows.ts';

/** One question for all encrypted values that are there. `options`: also the password options, which 3.0 to 3.5 keep. */
export function encryptedValuesSql(version: string): string {
  const columns = ENCRYPTED_COLUMNS.filter(([first, end]) => within(version, first, end)).map(
    ([, , table, column]) =>
      `select '${table}.${column}', ${column} from ${table} where ${column} is not null and ${column} <> ''`,
  );
  if (within(version, null, '3.6'))
    columns.push(
      "select 'vdc_options.' || option_name, option_value from vdc_options where option_name in ('AdminPassword', 'LocalAdminPassword')",
    );
  return columns.join(' union all ');
}

/** Places whose value does not decrypt. */
export function unreadable(rows: readonly string[][], decrypts: (value: string) => boolean): string[] {
  return [...new Set(rows.filter(([, value]) => !decrypts(value ?? '')).map(([where]) => where ?? ''))];
}
