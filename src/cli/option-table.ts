/** The words of the command line, as data. Help shows three of them; the manual page and the completion have them all. */

export interface OptionRow {
  long: string;
  short?: string;
  /** What follows it; a switch takes nothing, or `=yes` and `=no`. */
  kind: 'switch' | 'directory' | 'file' | 'seconds' | 'check';
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
  { long: 'no-color', kind: 'switch' },
  { long: 'verbose', short: 'v', kind: 'switch' },
  { long: 'help', short: 'h', kind: 'switch' },
  { long: 'version', short: 'V', kind: 'switch' },
] as const satisfies readonly OptionRow[];

export type OptionName = (typeof OPTIONS)[number]['long'];

export function optionRow(name: string): ((typeof OPTIONS)[number] & OptionRow) | undefined {
  return OPTIONS.find(({ long }) => long === name);
}

export const VERBS = ['plan', 'verify'] as const;
export type Verb = (typeof VERBS)[number];

/** Words that a later release will know: said plainly, so that nobody looks for a typing error. */
export const LATER_VERBS: readonly string[] = ['restore', 'runs'];
export const LATER_VERB_HINT =
  'The backup of every run holds a README with the commands that put everything back: see the directories below /var/lib/engine-cleanup, or where --backup-dir pointed.';
