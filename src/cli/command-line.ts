/** From argv to words and values. Knows the words, not what they mean together. */
import { parseArgs } from 'node:util';
import { CHECKS, FORCIBLE } from '../model/checks.ts';
import { UsageError } from '../model/errors.ts';
import { parseSeconds } from './config-file.ts';
import { nearest } from './nearest.ts';
import { OPTIONS, type OptionName, type OptionRow, optionRow, VERBS, type Verb } from './option-table.ts';
import { printable } from './safe.ts';

export interface CommandLine {
  verb: Verb | null;
  /** The word after `restore`: which run. */
  run: string | null;
  switches: Map<OptionName, boolean>;
  /** Values of `--root` and the like, as they were written. */
  paths: Map<OptionName, string>;
  seconds: number | null;
  /** `--prune`: how many backups stay. */
  prune: number | null;
  force: string[];
}

const SEE = 'See engine-cleanup --help and the manual page engine-cleanup(8).';

function unknownOption(raw: string, word: string): UsageError {
  // A long option typed with one dash comes apart into single letters: the hint looks at the whole word.
  const stem = word.replace(/^-+/, '').replace(/=.*$/s, '');
  const near = nearest(
    stem,
    OPTIONS.map(({ long }) => long),
  );
  const where = raw === word.replace(/=.*$/s, '') ? '' : ` in ${printable(word)}`;
  return new UsageError(
    `Unknown option ${printable(raw)}${where}.`,
    near === null || stem.length < 2 ? SEE : `Did you mean --${near}?`,
  );
}

function unknownWord(word: string): UsageError {
  const verb = nearest(word, VERBS);
  if (verb !== null) return new UsageError(`Unknown word "${printable(word)}".`, `Did you mean "${verb}"?`);
  // A dash that a text program made long no longer is one.
  const option = /^[\u2010-\u2015\u2212]+(.+)$/su.exec(word)?.[1];
  const near =
    option === undefined
      ? null
      : nearest(
          option,
          OPTIONS.map(({ long }) => long),
        );
  return new UsageError(`Unknown word "${printable(word)}".`, near === null ? SEE : `Did you mean --${near}?`);
}

function switchValue(name: string, text: string | undefined): boolean {
  if (text === undefined || text === 'yes') return true;
  if (text === 'no') return false;
  throw new UsageError(
    `Option --${name} is a switch and takes no value "${printable(text)}".`,
    `Write --${name}, or --${name}=yes, or --${name}=no.`,
  );
}

/** A check that can be forced; anything else is a usage error that names the nearest one. */
export function forcibleCheck(word: string): string {
  if (FORCIBLE.includes(word)) return word;
  const known = CHECKS.find(({ check }) => check === word);
  if (known)
    throw new UsageError(
      `The check "${word}" cannot be overridden: ${known.meaning}.`,
      `Only these can: ${FORCIBLE.join(', ')}.`,
    );
  const near = nearest(word, FORCIBLE);
  throw new UsageError(
    `There is no check "${printable(word)}" for --force.`,
    near === null ? `These can be forced: ${FORCIBLE.join(', ')}.` : `Did you mean --force ${near}?`,
  );
}

function seconds(text: string): number {
  const value = parseSeconds(text);
  if (value === null)
    throw new UsageError(
      `--timeout needs a number of seconds greater than 0, not "${printable(text)}".`,
      'For example: --timeout 60',
    );
  return value;
}

/** How an id of a run begins. */
const RUN = /^\d[\dTZ]*(?:-[0-9a-f]*)?$/;

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new UsageError(`--${name} needs a whole number, not "${printable(text)}".`, `For example: --${name} 5`);
}

function once<T>(values: Map<OptionName, T>, name: OptionName, value: T): void {
  const before = values.get(name);
  if (before !== undefined && before !== value)
    throw new UsageError(`Option --${name} is given twice, with different values.`, 'Give it once.');
  values.set(name, value);
}

function requiredValue(row: OptionRow, text: string | undefined, inline: boolean): string {
  const missing = text === undefined || text === '' || (!inline && text.startsWith('-'));
  if (!missing) return text;
  const values = {
    switch: 'yes',
    directory: '/some/directory',
    file: '/some/file',
    seconds: '60',
    number: '5',
    check: FORCIBLE[0],
  };
  const example = `--${row.long}=${values[row.kind]}`;
  throw new UsageError(`Option --${row.long} needs a value.`, `For example: ${example}`);
}

/** Reads the command line. Throws a UsageError for a word it does not know, with the nearest one it does. */
export function readCommandLine(argv: readonly string[]): CommandLine {
  const line: CommandLine = {
    verb: null,
    run: null,
    switches: new Map(),
    paths: new Map(),
    seconds: null,
    prune: null,
    force: [],
  };
  const options = Object.fromEntries(
    OPTIONS.map((row: OptionRow) => [
      row.long,
      {
        type: row.kind === 'switch' ? ('boolean' as const) : ('string' as const),
        ...(row.short ? { short: row.short } : {}),
      },
    ]),
  );
  const { tokens } = parseArgs({ args: [...argv], options, allowPositionals: true, strict: false, tokens: true });
  const timeouts = new Map<OptionName, number>();
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional') {
      if (line.verb === 'restore' && line.run === null && RUN.test(token.value)) {
        line.run = token.value;
        continue;
      }
      const verb = VERBS.find((known) => known === token.value);
      if (verb === undefined) throw unknownWord(token.value);
      if (line.verb !== null && line.verb !== verb)
        throw new UsageError(`"${line.verb}" and "${verb}" cannot be asked for at once.`, 'Run one after the other.');
      line.verb = verb;
      continue;
    }
    const row = optionRow(token.name);
    if (row === undefined) throw unknownOption(token.rawName, argv[token.index] ?? token.rawName);
    if (row.kind === 'switch') {
      once(line.switches, row.long, switchValue(row.long, token.value));
      continue;
    }
    const value = requiredValue(row, token.value, token.inlineValue === true);
    if (row.kind === 'seconds') once(timeouts, row.long, seconds(value));
    else if (row.kind === 'number') line.prune = wholeNumber(row.long, value);
    else if (row.kind === 'check') line.force.push(forcibleCheck(value));
    else once(line.paths, row.long, value);
  }
  line.seconds = timeouts.get('timeout') ?? null;
  return line;
}
