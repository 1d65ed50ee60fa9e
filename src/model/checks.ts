/** The reasons not to start, by name: what `--force` accepts, what the manual page lists, what the tests cover. */

export interface CheckName {
  check: string;
  forcible: boolean;
  meaning: string;
}

export const CHECKS: readonly CheckName[] = [
  { check: 'not-root', forcible: false, meaning: 'the caller may not write below the root' },
  { check: 'terminal', forcible: false, meaning: 'no terminal to ask on, and no --unattended' },
  { check: 'layout', forcible: false, meaning: 'the release of the installation cannot be told, or is not known' },
  { check: 'record', forcible: false, meaning: 'an uninstall record cannot be read' },
  { check: 'unreadable', forcible: false, meaning: 'a file that must be read cannot be' },
  { check: 'unwritable', forcible: false, meaning: 'a file that must be written cannot be: no space, no right' },
  { check: 'log', forcible: false, meaning: 'the log cannot be opened, or is a link or a file of somebody else' },
  { check: 'database', forcible: false, meaning: 'a database must be dropped or cleared and cannot be' },
  { check: 'foreign-objects', forcible: true, meaning: 'a database to be cleared holds objects of other owners' },
  {
    check: 'pg-dump',
    forcible: false,
    meaning: 'pg_dump or pg_restore is missing, older than the server, or too new for it',
  },
  { check: 'space', forcible: false, meaning: 'not enough free space for the backup, or to unpack it' },
  {
    check: 'backup-dir',
    forcible: false,
    meaning: 'the backup directory lies inside what is removed, or cannot be used',
  },
  { check: 'unit', forcible: false, meaning: 'a unit is masked or in a failed start loop' },
  { check: 'process', forcible: false, meaning: 'a process runs from below the root and cannot be told to stop' },
  { check: 'hosted-engine', forcible: true, meaning: 'a hosted engine outside global maintenance' },
  {
    check: 'old-answers',
    forcible: true,
    meaning: 'only an old answer file names a database that is whole: it may be in use by another host',
  },
  { check: 'half-built', forcible: true, meaning: 'a database to be kept is half-built' },
  { check: 'keep-pki', forcible: true, meaning: 'no usable keys, and the database holds values encrypted with them' },
  { check: 'backup', forcible: false, meaning: 'restore: the backup of the run is damaged, not whole, or gone' },
  {
    check: 'held',
    forcible: false,
    meaning: 'restore: what the run left stopped or closed cannot be started from here',
  },
  { check: 'directory', forcible: false, meaning: 'restore: a directory that files go into is not there' },
  {
    check: 'overwrite',
    forcible: true,
    meaning: 'restore: something is neither as it was before the run nor as the run left it',
  },
  {
    check: 'shared-database',
    forcible: true,
    meaning: "below --root: the running machine's own installation uses the same database",
  },
];

/** Names that `--force` accepts. */
export const FORCIBLE = CHECKS.filter(({ forcible }) => forcible).map(({ check }) => check);
