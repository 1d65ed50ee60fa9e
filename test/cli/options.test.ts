import { describe, expect, test } from 'vitest';
import { OPTIONS, type OptionRow } from '../../src/cli/option-table.ts';
import { describeOptions, type Options, parseArguments, wantsJson, wishesOf } from '../../src/cli/options.ts';
import { FORCIBLE } from '../../src/model/checks.ts';
import { HostError, UsageError } from '../../src/model/errors.ts';

interface Machine {
  files?: Record<string, string>;
  directories?: string[];
  links?: Record<string, string>;
}

function parse(argv: string, { files = {}, directories = ['/mnt/old'], links = {} }: Machine = {}): Options {
  return parseArguments(argv.split(' ').filter(Boolean), {
    cwd: '/home/admin',
    readText: (path) => files[path] ?? null,
    realDirectory: (path) => links[path] ?? (directories.includes(path) ? path : null),
  });
}

/** Message and hint of the usage error that a command line ends in. */
function refused(argv: string, machine: Machine = {}): { message: string; hint: string } {
  try {
    parse(argv, machine);
  } catch (error) {
    if (error instanceof UsageError) return { message: error.message, hint: error.hint };
    throw error;
  }
  throw new Error(`"${argv}" was taken`);
}

describe('the command line', () => {
  test('means by default an interactive run on this host, with a backup', () => {
    const { explicit, ...options } = parse('');
    expect(options).toEqual({
      command: 'cleanup',
      run: null,
      prune: null,
      unattended: false,
      keepDatabases: undefined,
      keepPki: false,
      keepChanged: false,
      dropOldDatabases: false,
      json: false,
      color: true,
      verbose: false,
      root: '/',
      backup: true,
      backupDir: null,
      log: '/var/log/ovirt-engine/engine-cleanup.log',
      timeoutMs: 60_000,
      force: [],
      config: null,
    });
    expect([...explicit]).toEqual([]);
  });

  const MEANINGS: [string, Partial<Options>][] = [
    ['-u', { unattended: true, keepDatabases: false }],
    ['--unattended', { unattended: true, keepDatabases: false }],
    ['-d', { keepDatabases: true, unattended: false }],
    ['--dont-drop-db', { keepDatabases: true }],
    ['-ud', { unattended: true, keepDatabases: true }],
    ['-du', { unattended: true, keepDatabases: true }],
    ['-u -d', { unattended: true, keepDatabases: true }],
    ['-u --dont-drop-db=no', { unattended: true, keepDatabases: false }],
    ['--json', { json: true }],
    ['--json=no', { json: false }],
    ['--root /mnt/old', { root: '/mnt/old', log: '/mnt/old/var/log/ovirt-engine/engine-cleanup.log' }],
    ['--root=/mnt/old/../old/', { root: '/mnt/old' }],
    ['--keep-pki', { keepPki: true }],
    ['--keep-changed', { keepChanged: true }],
    ['--drop-old-databases', { dropOldDatabases: true, keepDatabases: undefined }],
    ['-u --drop-old-databases', { dropOldDatabases: true, keepDatabases: false }],
    ['-d --drop-old-databases=no', { dropOldDatabases: false, keepDatabases: true }],
    ['--backup-dir /srv/b', { backup: true, backupDir: '/srv/b' }],
    ['--backup-dir b', { backup: true, backupDir: '/home/admin/b' }],
    ['--no-backup', { backup: false, backupDir: null }],
    ['--log run.log', { log: '/home/admin/run.log' }],
    ['--root /mnt/old --log /tmp/l', { root: '/mnt/old', log: '/tmp/l' }],
    ['--timeout 2.5', { timeoutMs: 2500 }],
    ['--force half-built --force keep-pki', { force: ['half-built', 'keep-pki'] }],
    ['--force=half-built --force half-built', { force: ['half-built'] }],
    ['--no-color', { color: false }],
    ['-v', { verbose: true }],
    ['--verbose', { verbose: true }],
    ['plan', { command: 'plan' }],
    ['verify', { command: 'verify' }],
    ['-- plan', { command: 'plan' }],
    ['runs', { command: 'runs', prune: null }],
    ['runs --prune 3', { command: 'runs', prune: 3 }],
    ['restore', { command: 'restore', run: null }],
    ['-u restore 20261124T020405Z-1a2b3c', { command: 'restore', run: '20261124T020405Z-1a2b3c', unattended: true }],
    ['restore 20261124 -v', { command: 'restore', run: '20261124', verbose: true }],
  ];

  test.each(MEANINGS)('%s', (argv, meaning) => {
    expect(parse(argv)).toMatchObject(meaning);
  });

  test('every option is covered here, and stands before or after the word alike', () => {
    const covered = MEANINGS.map(([argv]) => argv).join(' ');
    for (const { long } of OPTIONS) {
      if (['help', 'version', 'config'].includes(long)) continue;
      expect(covered, long).toContain(`--${long}`);
    }
    const values: Record<OptionRow['kind'], string> = {
      switch: '',
      directory: '=/mnt/old',
      file: '=/mnt/file',
      seconds: '=3',
      check: `=${FORCIBLE[0]}`,
      number: '=3',
    };
    const machine = { files: { '/mnt/file': '' } };
    for (const { long, kind } of OPTIONS) {
      const option = `--${long}${values[kind]}`;
      const word = long === 'prune' ? 'runs' : 'plan';
      const [before, after] = [parse(`${option} ${word}`, machine), parse(`${word} ${option}`, machine)];
      expect(before, option).toEqual(after);
      expect(before.command).toBe(word);
      expect([...before.explicit]).toContain(long);
    }
  });

  test.each([
    ['--unatended', 'Unknown option --unatended.', 'Did you mean --unattended?'],
    ['--dont-drop', 'Unknown option --dont-drop.', 'Did you mean --dont-drop-db?'],
    ['plan --keep-pik', 'Unknown option --keep-pik.', 'Did you mean --keep-pki?'],
    ['--back-updir=/x', 'Unknown option --back-updir.', 'Did you mean --backup-dir?'],
    ['-x', 'Unknown option -x.', /engine-cleanup --help/],
    ['-json', 'Unknown option -j in -json.', 'Did you mean --json?'],
    ['-uz', 'Unknown option -z in -uz.', /engine-cleanup/],
    ['--frobnicate', 'Unknown option --frobnicate.', /engine-cleanup --help/],
    ['—unattended', 'Unknown word "—unattended".', 'Did you mean --unattended?'],
    ['verfy', 'Unknown word "verfy".', 'Did you mean "verify"?'],
    ['cleanup-all', 'Unknown word "cleanup-all".', /engine-cleanup --help/],
    ['restore 2026x', 'Unknown word "2026x".', /manual page/],
    ['--prune 3', '--prune removes backups of earlier runs, and goes with the word runs.', /runs --prune/],
    ['runs --prune many', '--prune needs a whole number, not "many".', /--prune 5/],
    ['restore --no-backup', 'A restore always backs up what it replaces: --no-backup cannot be asked of it.', /out/],
    ['plan verify', '"plan" and "verify" cannot be asked for at once.', /./],
    ['--timeout', 'Option --timeout needs a value.', 'For example: --timeout=60'],
    ['--root', 'Option --root needs a value.', 'For example: --root=/some/directory'],
    ['--log=', 'Option --log needs a value.', 'For example: --log=/some/file'],
    ['--root -u', 'Option --root needs a value.', /./],
    ['--force', 'Option --force needs a value.', `For example: --force=${FORCIBLE[0]}`],
    ['--timeout 0', '--timeout needs a number of seconds greater than 0, not "0".', /./],
    ['--timeout ten', '--timeout needs a number of seconds greater than 0, not "ten".', /./],
    ['--timeout 1 --timeout 2', 'Option --timeout is given twice, with different values.', /./],
    ['--log a --log b', 'Option --log is given twice, with different values.', /./],
    ['-d --dont-drop-db=no', 'Option --dont-drop-db is given twice, with different values.', /./],
    ['--keep-pki=maybe', 'Option --keep-pki is a switch and takes no value "maybe".', /--keep-pki=no/],
    ['--force half-build', 'There is no check "half-build" for --force.', 'Did you mean --force half-built?'],
    ['--force everything', 'There is no check "everything" for --force.', /half-built/],
    ['--force space', /^The check "space" cannot be overridden/, /half-built/],
    ['--no-backup --backup-dir /b', '--no-backup and --backup-dir contradict each other.', /./],
    ['-d --drop-old-databases', '--dont-drop-db and --drop-old-databases contradict each other.', /--dont-drop-db=no/],
    ['--root /missing', '--root names /missing, which is not an existing directory.', /./],
    ['--config /missing', 'The configuration file /missing does not exist.', /--config/],
  ])('%s is refused', (argv, message, hint) => {
    const error = refused(argv);
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(hint);
  });

  test('says nothing that a terminal would obey, whatever was typed', () => {
    for (const argv of ['--\x1b[31m', '\x1b]0;x\x07', '--log=\x1b[2J --root=/no\u202e', '-\u009b', '--force \x1b[1m']) {
      const { message, hint } = refused(argv);
      expect(message + hint).not.toMatch(/[\x00-\x1f\x7f-\x9f\u202e]/);
    }
  });

  test('takes a root that is a link for the directory it leads to', () => {
    const links = { '/mnt/link': '/mnt/old' };
    const files = { '/mnt/old/etc/engine-cleanup.conf': 'backup-dir = /b\n' };
    expect(parse('--root /mnt/link', { links, files })).toMatchObject({
      root: '/mnt/old',
      log: '/mnt/old/var/log/ovirt-engine/engine-cleanup.log',
      backupDir: '/mnt/old/b',
    });
  });

  test('asks for JSON also where it is wrong otherwise', () => {
    expect([wantsJson(['--bad', '--json']), wantsJson(['--json=yes']), wantsJson(['--', '--json'])]).toEqual([
      true,
      true,
      false,
    ]);
  });
});

describe('the configuration file', () => {
  const DEFAULT = '/etc/engine-cleanup.conf';

  test('is the default one if it exists, and the command line wins', () => {
    const files = {
      [DEFAULT]: 'dont-drop-db = yes\ntimeout = 9\nlog = /var/tmp/l\n',
      '/home/admin/c': 'timeout = 7\n',
    };
    expect(parse('', { files })).toMatchObject({
      keepDatabases: true,
      timeoutMs: 9000,
      log: '/var/tmp/l',
      config: DEFAULT,
    });
    expect(parse('--timeout 3 --log x', { files })).toMatchObject({ timeoutMs: 3000, log: '/home/admin/x' });
    expect(parse('-u --dont-drop-db=no', { files })).toMatchObject({ keepDatabases: false });
    expect(parse('--config c', { files })).toMatchObject({ timeoutMs: 7000, config: '/home/admin/c' });
    expect([...parse('', { files }).explicit].sort()).toEqual(['dont-drop-db', 'log', 'timeout']);
  });

  test('lies below the root too, and its paths cannot lead out of it', () => {
    const files = {
      [DEFAULT]: 'no-backup = yes\n',
      [`/mnt/old${DEFAULT}`]: 'log = /var/log/a.log\nbackup-dir = /srv/../b\n',
    };
    expect(parse('--root /mnt/old', { files })).toMatchObject({
      backup: true,
      backupDir: '/mnt/old/b',
      log: '/mnt/old/var/log/a.log',
    });
    const climbing = { [`/mnt/old${DEFAULT}`]: 'log = /../../etc/passwd\nbackup-dir = /../../../srv\n' };
    const { log, backupDir } = parse('--root /mnt/old', { files: climbing });
    expect(log).toBe('/mnt/old/etc/passwd');
    expect(backupDir).toBe('/mnt/old/srv');
  });

  test('contradicts itself, but not the command line', () => {
    const files = { [DEFAULT]: 'no-backup = yes\n' };
    expect(parse('--backup-dir /b', { files })).toMatchObject({ backup: true, backupDir: '/b' });
    expect(parse('--no-backup=no', { files })).toMatchObject({ backup: true });
    const both = { [DEFAULT]: 'no-backup = yes\nbackup-dir = /b\n' };
    expect(refused('', { files: both }).message).toBe(
      `${DEFAULT}: "no-backup" and "backup-dir" contradict each other.`,
    );
  });

  test('that drops old databases gives way to -d; one that keeps all does not give way to the wish to drop some', () => {
    const drops = { [DEFAULT]: 'drop-old-databases = yes\n' };
    expect(parse('-u', { files: drops })).toMatchObject({ dropOldDatabases: true, keepDatabases: false });
    expect(parse('-d', { files: drops })).toMatchObject({ dropOldDatabases: false, keepDatabases: true });
    const keeps = { [DEFAULT]: 'dont-drop-db = yes\n' };
    expect(refused('--drop-old-databases', { files: keeps }).message).toBe(
      `--dont-drop-db and --drop-old-databases contradict each other ("dont-drop-db" stands in ${DEFAULT}).`,
    );
    expect(parse('-u --drop-old-databases --dont-drop-db=no', { files: keeps })).toMatchObject({
      dropOldDatabases: true,
      keepDatabases: false,
    });
    const both = { [DEFAULT]: 'dont-drop-db = yes\ndrop-old-databases = yes\n' };
    expect(refused('', { files: both }).message).toContain('contradict each other');
    expect(parse('--drop-old-databases=no', { files: both })).toMatchObject({ dropOldDatabases: false });
  });

  test('of a foreign disk cannot have old databases dropped', () => {
    const files = { [`/mnt/old${DEFAULT}`]: 'drop-old-databases = yes\n' };
    expect(refused('--root /mnt/old', { files }).message).toContain('may not set "drop-old-databases"');
  });

  test('is refused by its line', () => {
    expect(refused('', { files: { [DEFAULT]: '\n\nkeep_pki = yes\n' } })).toEqual({
      message: `${DEFAULT}, line 3: unknown key "keep_pki".`,
      hint: 'Did you mean "keep-pki"?',
    });
  });

  test('that cannot be read is a usage error too', () => {
    const ports = {
      cwd: '/',
      realDirectory: () => '/',
      readText: () => {
        throw new HostError('permission denied.', { hint: 'Make it readable.' });
      },
    };
    expect(() => parseArguments(['--config', '/c'], ports)).toThrow(UsageError);
  });
});

describe('what is made of the options', () => {
  test('for the plan', () => {
    expect(wishesOf(parse('-ud --no-backup --timeout 5 --force half-built --keep-changed'))).toEqual({
      keepDatabases: true,
      keepPki: false,
      keepChanged: true,
      dropOldDatabases: false,
      backup: false,
      force: ['half-built'],
      timeoutMs: 5000,
      unattended: true,
    });
  });

  test('for the log', () => {
    expect(describeOptions(parse('-ud --keep-pki --force half-built --backup-dir /b --json'))).toBe(
      'cleanup --root / --timeout 60 --unattended --dont-drop-db --keep-pki --json --backup-dir /b --force half-built',
    );
    expect(describeOptions(parse('--backup-dir /b\x1b[31m'))).not.toContain('\x1b');
  });
});
