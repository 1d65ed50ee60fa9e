/** Help and version. Imports nothing: they are answered before anything else is loaded. */

export const HELP = `Usage: engine-cleanup [options]

Takes this host back to a state in which engine-setup can safely be run again.

  -u, --unattended      ask nothing; drops the databases unless -d is given
  -d, --dont-drop-db    keep the databases
  -h, --help            this help

See the manual page engine-cleanup(8) for everything else.
`;

/** Words of the command line that can be options: what follows `--` cannot. */
function options(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--');
  return end < 0 ? argv : argv.slice(0, end);
}

/** Help is asked for, wherever on the command line and whatever else is wrong with it. */
export function isHelp(argv: readonly string[]): boolean {
  return options(argv).some(
    (word) => word === '--help' || word.startsWith('--help=') || /^-[udvV]*h[udvVh]*$/.test(word),
  );
}

/** The version is asked for. */
export function isVersion(argv: readonly string[]): boolean {
  return options(argv).some(
    (word) => word === '--version' || word.startsWith('--version=') || /^-[udv]*V[udvV]*$/.test(word),
  );
}
