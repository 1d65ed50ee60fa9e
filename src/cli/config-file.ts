/**
 * The configuration file (`--config FILE`, by default /etc/engine-cleanup.conf): the long option names as `key = value`, one to a line. `#` or `;` at the
 * start of a line makes it a comment. A value may hold blanks and may stand in quotes. The command line goes before it.
 */
import { FORCIBLE } from '../model/checks.ts';
import { UsageError } from '../model/errors.ts';
import { nearest } from './nearest.ts';

/** Values by long option name; what the file does not name is not there. */
export interface ConfigValues {
  unattended?: boolean;
  'dont-drop-db'?: boolean;
  json?: boolean;
  'keep-pki'?: boolean;
  'keep-changed'?: boolean;
  'drop-old-databases'?: boolean;
  'no-backup'?: boolean;
  'no-color'?: boolean;
  verbose?: boolean;
  root?: string;
  'backup-dir'?: string;
  log?: string;
  /** Seconds. */
  timeout?: number;
  force?: string[];
}

type Name = keyof ConfigValues;

const KINDS: Record<Name, 'switch' | 'path' | 'seconds' | 'checks'> = {
  unattended: 'switch',
  'dont-drop-db': 'switch',
  json: 'switch',
  'keep-pki': 'switch',
  'keep-changed': 'switch',
  'drop-old-databases': 'switch',
  'no-backup': 'switch',
  'no-color': 'switch',
  verbose: 'switch',
  root: 'path',
  'backup-dir': 'path',
  log: 'path',
  timeout: 'seconds',
  force: 'checks',
};

const NAMES = Object.keys(KINDS);

function isName(key: string): key is Name {
  return Object.hasOwn(KINDS, key);
}

/** Longest wait a timer can hold. */
const MAX_SECONDS = 2_147_483;

/** Seconds from text: a positive number that a timer can hold; null for anything else. The same for the command line. */
export function parseSeconds(text: string): number | null {
  const seconds = /^\d{1,7}(?:\.\d{1,3})?$/.test(text) ? Number(text) : 0;
  return seconds > 0 && seconds <= MAX_SECONDS ? seconds : null;
}

function parseSwitch(text: string): boolean | null {
  const word = text.toLowerCase();
  if (['yes', 'y', 'true', 'on', '1'].includes(word)) return true;
  return ['no', 'n', 'false', 'off', '0'].includes(word) ? false : null;
}

function unquoted(text: string): string {
  const match = /^(["'])(.*)\1$/s.exec(text);
  return match?.[2] ?? text;
}

/** The names of a `force` line, parted by commas or blanks; the first unknown one as a hint. */
function parseChecks(text: string): string[] | { unknown: string } {
  const names = text.split(/[\s,]+/).filter((name) => name !== '');
  const unknown = names.find((name) => !FORCIBLE.includes(name));
  return unknown === undefined && names.length > 0 ? names : { unknown: unknown ?? '' };
}

function oneOf(word: string, valid: readonly string[]): string {
  const near = nearest(word, valid);
  return near === null ? `Valid are: ${valid.join(', ')}.` : `Did you mean "${near}"?`;
}

function set(values: ConfigValues, name: Name, text: string, place: string): void {
  const wrong = (expected: string, hint: string) =>
    new UsageError(`${place}: the value of "${name}" must be ${expected}.`, hint);
  switch (name) {
    case 'root':
    case 'backup-dir':
    case 'log':
      if (!text.startsWith('/') || text.includes('\0')) {
        throw wrong('an absolute path', `For example: ${name} = /var/tmp/${name}`);
      }
      values[name] = text;
      return;
    case 'timeout': {
      const seconds = parseSeconds(text);
      if (seconds === null) throw wrong('a number of seconds greater than 0', 'For example: timeout = 60');
      values.timeout = seconds;
      return;
    }
    case 'force': {
      const checks = parseChecks(text);
      if (!Array.isArray(checks))
        throw wrong('the name of a check that can be forced', oneOf(checks.unknown, FORCIBLE));
      values.force = [...(values.force ?? []), ...checks];
      return;
    }
    default: {
      const on = parseSwitch(text);
      if (on === null) throw wrong('yes or no', `For example: ${name} = yes`);
      values[name] = on;
    }
  }
}

/**
 * Reads the text of a configuration file. Throws a UsageError that names file and line for an unknown key (with the nearest valid one), a
 * bad value, or a key given twice: which of two contradicting lines was meant is not for the program to guess. Only `force` may be repeated.
 */
export function parseConfigFile(text: string, path: string): ConfigValues {
  const values: ConfigValues = {};
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  lines.forEach((raw, at) => {
    const line = raw.trim();
    const place = `${path}, line ${at + 1}`;
    if (line === '' || line.startsWith('#') || line.startsWith(';')) return;
    const cut = line.indexOf('=');
    if (cut < 0) throw new UsageError(`${place}: this is not "key = value".`, 'For example: dont-drop-db = yes');
    const key = line.slice(0, cut).trim();
    if (!isName(key)) {
      throw new UsageError(
        `${place}: unknown key "${key}".`,
        oneOf(key.replace(/^-+/, '').replaceAll('_', '-'), NAMES),
      );
    }
    if (key !== 'force' && Object.hasOwn(values, key)) {
      throw new UsageError(`${place}: "${key}" is there twice.`, 'Remove one of the two lines.');
    }
    set(values, key, unquoted(line.slice(cut + 1).trim()), place);
  });
  return values;
}
