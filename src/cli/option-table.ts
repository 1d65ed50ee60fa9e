/** The words of the command line, as data. Help shows three of them; the manual page and the completion have them all. */

export interface OptionRow {
  long: string;
  short?: string;
  /** What follows it; a switch takes nothing, or `=yes` and `=no`. */
  kind: 'switch' | 'directory' | 'file' | 'seconds' | 'check' | 'number';
}

export const OPTIONS = [
  { long: 'unattended', short: 'u', kind: 'switch' },
  { long: 'dont-drop-db', short: 'd', kind: 'switch' },
  { long: 'json', kind: 'switch' },
  { long: 'root', kind: 'directory' },
  { long: 'keep-pki', kind: 'switch' },
  { long: 'keep-changed', kind: 'switch' },
  { long: 'drop-old-databases', kind: 'switch' },
  { long: 'backup-dir', kind: 'directory' },
  { long: 'no-backup', kind: 'switch' },
  { long: 'log', kind: 'file' },
  { long: 'config', kind: 'file' },
  { long: 'timeout', kind: 'seconds' },
  { long: 'force', kind: 'check' },
  { long: 'prune', kind: 'number' },
  { long: 'no-color', kind: 'switch' },
  { long: 'verbose', short: 'v', kind: 'switch' },
  { long: 'help', short: 'h', kind: 'switch' },
  { long: 'version', short: 'V', kind: 'switch' },
] as const satisfies readonly OptionRow[];

export type OptionName = (typeof OPTIONS)[number]['long'];

export function optionRow(name: string): ((typeof OPTIONS)[number] & OptionRow) | undefined {
  return OPTIONS.find(({ long }) => long === name);
}

export const VERBS = ['plan', 'verify', 'runs', 'restore'] as const;
export type Verb = (typeof VERBS)[number];
