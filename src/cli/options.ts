/** What the caller wants: command line over configuration file over defaults, resolved and free of contradictions. */
import { join, resolve } from 'node:path';
import { HostError, UsageError } from '../model/errors.ts';
import type { Wishes } from '../model/plan.ts';
import type { Command } from '../model/report.ts';
import { type CommandLine, readCommandLine } from './command-line.ts';
import { type ConfigValues, parseConfigFile } from './config-file.ts';
import { type OptionName, optionRow } from './option-table.ts';
import { printable } from './safe.ts';

export interface Options {
  command: Command;
  /** The run that `restore` is about; null: the last that removed something. */
  run: string | null;
  /** With `runs`: how many backups stay; null: none is removed. */
  prune: number | null;
  unattended: boolean;
  /** True with `-d`, false with `-u` alone, undefined where an interactive run is to ask. */
  keepDatabases: boolean | undefined;
  keepPki: boolean;
  keepChanged: boolean;
  /** Databases that upgrades of 3.1 and 3.2 left go too. */
  dropOldDatabases: boolean;
  json: boolean;
  /** False: colour was switched off. */
  color: boolean;
  verbose: boolean;
  /** Absolute path of an existing directory, links resolved. */
  root: string;
  backup: boolean;
  /** Absolute; null for the run's own directory. */
  backupDir: string | null;
  log: string;
  timeoutMs: number;
  force: string[];
  /** The configuration file that was read, if any. */
  config: string | null;
  /** Names that the command line or the configuration file gave. */
  explicit: ReadonlySet<OptionName>;
}

/** What parsing needs of the machine. */
export interface OptionPorts {
  cwd: string;
  /** Text of a file; null if it does not exist. Throws a HostError if it cannot be read. */
  readText(path: string): string | null;
  /** The directory with links resolved; null if it is none. */
  realDirectory(path: string): string | null;
}

const DEFAULT_CONFIG = '/etc/engine-cleanup.conf';
const DEFAULT_LOG = '/var/log/ovirt-engine/engine-cleanup.log';
const DEFAULT_SECONDS = 60;

/** JSON is asked for, also on a command line that is wrong otherwise: its error is then a JSON document too. */
export function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return (end < 0 ? argv : argv.slice(0, end)).some((word) => word === '--json' || word === '--json=yes');
}

interface ReadConfig {
  path: string | null;
  values: ConfigValues;
}

/** What a foreign disk may not decide for whoever works on it: that nobody is asked, that no backup is made, that a check is passed over, that more than this installation's own database goes. */
function refuseOwnWill(values: ConfigValues, path: string): void {
  for (const key of ['unattended', 'no-backup', 'force', 'drop-old-databases'] as const) {
    if (values[key] === undefined || values[key] === false) continue;
    throw new UsageError(
      `${printable(path)} lies on the installation that is worked on, and may not set "${key}".`,
      `Give --${key} on the command line, or name a configuration file of this machine with --config.`,
    );
  }
}

/**
 * The configuration file: the named one, or the default one if it exists. Below `--root` the default lies below it too and describes that
 * installation: its paths are places below the root, so that the file of a foreign disk cannot point the log or the backup anywhere else.
 */
function readConfig(line: CommandLine, ports: OptionPorts, root: string | null): ReadConfig {
  const named = line.paths.get('config');
  const path = named === undefined ? join(root ?? '/', DEFAULT_CONFIG) : resolve(ports.cwd, named);
  let text: string | null;
  try {
    text = ports.readText(path);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    throw new UsageError(`The configuration file ${printable(path)} cannot be read: ${error.message}`, error.hint);
  }
  if (text === null) {
    if (named === undefined) return { path: null, values: {} };
    throw new UsageError(
      `The configuration file ${printable(path)} does not exist.`,
      'Check the path given with --config.',
    );
  }
  const values = parseConfigFile(text, path);
  if (named === undefined && root !== null) refuseOwnWill(values, path);
  if (named === undefined && root !== null) {
    // Resolved first: no number of ".." climbs over the root.
    for (const key of ['log', 'backup-dir'] as const)
      if (values[key] !== undefined) values[key] = join(root, resolve('/', values[key]));
  }
  return { path, values };
}

function checkedRoot(path: string, ports: OptionPorts): string {
  const named = resolve(ports.cwd, path);
  const root = ports.realDirectory(named);
  if (root === null) {
    throw new UsageError(
      `--root names ${printable(named)}, which is not an existing directory.`,
      'Mount or unpack the installation there first, or correct the path.',
    );
  }
  return root;
}

/** `--no-backup` against `--backup-dir`: a contradiction within one place; between the two places the command line wins. */
function backupWishes(
  line: CommandLine,
  config: ReadConfig,
  cwd: string,
): { backup: boolean; backupDir: string | null } {
  const contradiction = (where: string, one: string, other: string) =>
    new UsageError(
      `${where}${one} and ${other} contradict each other.`,
      'Give one of them: with a place for the backup, or without a backup.',
    );
  const dir = line.paths.get('backup-dir');
  const none = line.switches.get('no-backup');
  if (none === true && dir !== undefined) throw contradiction('', '--no-backup', '--backup-dir');
  if (config.values['no-backup'] === true && config.values['backup-dir'] !== undefined)
    throw contradiction(`${config.path}: `, '"no-backup"', '"backup-dir"');
  if (none === true) return { backup: false, backupDir: null };
  if (dir !== undefined) return { backup: true, backupDir: resolve(cwd, dir) };
  if (none === undefined && config.values['no-backup'] === true) return { backup: false, backupDir: null };
  return { backup: true, backupDir: config.values['backup-dir'] ?? null };
}

/**
 * `-d` keeps every database, old ones too. A configuration file that drops old ones gives way to `-d` on the command line, but one that keeps all does not give way to the wish to
 * drop some: nobody loses a database by an option that does not say so.
 */
function dropsOld(line: CommandLine, { values, path }: ReadConfig, keepDatabases: boolean): boolean {
  const [drop, keep] = ['drop-old-databases', 'dont-drop-db'] as const;
  const wanted = line.switches.get(drop);
  const both = values[drop] === true && values[keep] === true;
  if (keepDatabases && (wanted === true || (wanted === undefined && both))) {
    const where = line.switches.has(keep) ? '' : ` ("${keep}" stands in ${printable(path ?? '')})`;
    throw new UsageError(
      `--${keep} and --${drop} contradict each other${where}.`,
      `Give one of them; or --${keep}=no, and the databases are dropped, old ones too.`,
    );
  }
  return (wanted ?? values[drop] === true) && !keepDatabases;
}

/** Options that only one word has a meaning for, or that one contradicts. */
function checkVerb({ verb, prune, switches }: CommandLine): void {
  if (prune !== null && verb !== 'runs')
    throw new UsageError(
      '--prune removes backups of earlier runs, and goes with the word runs.',
      'Write: engine-cleanup runs --prune 5',
    );
  if (verb === 'restore' && switches.get('no-backup') === true)
    throw new UsageError(
      'A restore always backs up what it replaces: --no-backup cannot be asked of it.',
      'Leave it out.',
    );
}

function explicitNames(line: CommandLine, values: ConfigValues): Set<OptionName> {
  const names = new Set<OptionName>([...line.switches.keys(), ...line.paths.keys()]);
  if (line.seconds !== null) names.add('timeout');
  if (line.force.length > 0) names.add('force');
  if (line.prune !== null) names.add('prune');
  for (const key of Object.keys(values)) {
    const row = optionRow(key);
    if (row) names.add(row.long);
  }
  return names;
}

/** Parses and resolves everything. Throws a UsageError with the nearest valid spelling (exit 2). */
export function parseArguments(argv: readonly string[], ports: OptionPorts): Options {
  const line = readCommandLine(argv);
  const givenRoot = line.paths.get('root');
  const rootOfLine = givenRoot === undefined ? null : checkedRoot(givenRoot, ports);
  const config = readConfig(line, ports, rootOfLine);
  const { values } = config;
  const root = rootOfLine ?? (values.root === undefined ? '/' : checkedRoot(values.root, ports));
  checkVerb(line);
  const on = (name: OptionName & keyof ConfigValues): boolean => line.switches.get(name) ?? values[name] === true;
  const log = line.paths.get('log');
  const unattended = on('unattended');
  const keepDatabases = on('dont-drop-db');
  return {
    command: line.verb ?? 'cleanup',
    run: line.run,
    prune: line.prune,
    unattended,
    keepDatabases: keepDatabases ? true : unattended ? false : undefined,
    keepPki: on('keep-pki'),
    keepChanged: on('keep-changed'),
    dropOldDatabases: dropsOld(line, config, keepDatabases),
    json: on('json'),
    color: !on('no-color'),
    verbose: on('verbose'),
    root,
    ...backupWishes(line, config, ports.cwd),
    log: log === undefined ? (values.log ?? join(root, DEFAULT_LOG)) : resolve(ports.cwd, log),
    timeoutMs: Math.round((line.seconds ?? values.timeout ?? DEFAULT_SECONDS) * 1000),
    force: [...new Set([...line.force, ...(values.force ?? [])])],
    config: config.path,
    explicit: explicitNames(line, values),
  };
}

/** The part of the options that decides what the plan holds. */
export function wishesOf(options: Options): Wishes {
  const { keepDatabases, keepPki, keepChanged, dropOldDatabases, backup, force, timeoutMs, unattended } = options;
  return { keepDatabases, keepPki, keepChanged, dropOldDatabases, backup, force, timeoutMs, unattended };
}

/** The options as one line for the log. None of them can hold a secret. */
export function describeOptions(options: Options): string {
  const words: string[] = [options.command, `--root ${options.root}`, `--timeout ${options.timeoutMs / 1000}`];
  const flag = (on: boolean, word: string): void => {
    if (on) words.push(word);
  };
  flag(options.unattended, '--unattended');
  flag(options.keepDatabases === true, '--dont-drop-db');
  flag(options.keepPki, '--keep-pki');
  flag(options.keepChanged, '--keep-changed');
  flag(options.dropOldDatabases, '--drop-old-databases');
  flag(!options.backup, '--no-backup');
  flag(options.json, '--json');
  if (options.run !== null) words.splice(1, 0, options.run);
  if (options.prune !== null) words.push(`--prune ${options.prune}`);
  if (options.backupDir !== null) words.push(`--backup-dir ${options.backupDir}`);
  for (const check of options.force) words.push(`--force ${check}`);
  if (options.config !== null) words.push(`(configuration: ${options.config})`);
  return printable(words.join(' '));
}
