/** Parts that several stories have in common, and what they ask of a release. */
import { isScripted, renames, type SequenceRelease } from './releases.ts';
import type { Sequence } from './sequences.ts';
import { cleanup, install, offer, refused, remove, type Step, setup, sh, unready, yum } from './shell.ts';

/** Files of a host that hold the credentials of a database. */
export const CREDENTIALS =
  "$(grep -rlE 'DB_PASSWORD|DB/password|dbpassword' /etc/ovirt-engine* /var/lib/ovirt-engine/setup/answers)";

/** Password files of 3.0 to 3.2, and what setup renamed. */
const PASSWORD_FILES = '$(ls /root/.pgpass* /etc/ovirt-engine/.pgpass* 2>/dev/null)';

/** Setup makes the pair first, and writes down its password much later: up to 3.2 before. */
export const emptyPair = (release: SequenceRelease): string[] =>
  isScripted(release) ? [] : ['database engine of engine', 'role engine'];

/**
 * Set up by the older version, then the packages are those of the newer one; cleaned up, and set up.
 * @param words of the cleanup
 */
export function afterUpgrade(taken: 'new' | 'upgrade', words: readonly string[], ...before: Step[]): Sequence['story'] {
  return (release) => {
    const { edition, older } = release;
    if (older === undefined) return null;
    const upgraded = [remove, offer(older), install, setup('new'), offer(edition), yum('upgrade'), ...before];
    // What a killed upgrade of 3.1 and 3.2 renamed goes only when it is said.
    const all = before.length > 0 && renames(release) ? [...words, '--drop-old-databases'] : words;
    // Up to 3.2 a version lock keeps the engine back, and setup does not update it: once the cleanup has taken the lock away the package manager does.
    if (isScripted(release)) return [...upgraded, unready('package-version', ...all), yum('upgrade'), setup(taken)];
    return [...upgraded, cleanup(...all), setup(taken)];
  };
}

/** Set up by the newer version, then the packages are those of the older one. */
export function afterDowngrade(...steps: readonly Step[]): Sequence['story'] {
  return ({ older }) => (older === undefined ? null : [remove, offer(older), install, ...steps]);
}

/** From their setup on the server lets not even its own account in without a password: without the file nobody gets in. */
export const withoutPasswordFiles: readonly Step[] = [
  remove,
  install,
  sh(`tar -cf /lab/hidden.tar -C / ${PASSWORD_FILES} 2>/dev/null && rm ${PASSWORD_FILES}`),
  refused('database', /no credentials.*\.pgpass/, '-u'),
  sh('tar -xf /lab/hidden.tar -C /'),
  cleanup('-u'),
  setup('new'),
];
