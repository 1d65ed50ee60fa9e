/** The sequences, as stories that are read from the top to the bottom. Before the last setup of each the host is compared with the one before any setup. */
import { STAGES } from '../stand-in/base/stages.ts';
import type { Kept } from './allowed.ts';
import type { Beginning } from './ground.ts';
import { afterDowngrade, afterUpgrade, CREDENTIALS, emptyPair, withoutPasswordFiles } from './parts.ts';
import { isScripted, renames, type SequenceRelease } from './releases.ts';
import {
  again,
  cleanup,
  install,
  interrupted,
  killed,
  needless,
  refused,
  remove,
  type Step,
  setup,
  sh,
  spoilt,
  stuck,
  thereAndBack,
} from './shell.ts';

export interface Sequence {
  name: string;
  /** `set up` unless it is said: setup succeeded on it, and the engine was used for a while. */
  from?: Beginning;
  /** What the last setup finds, beside a host as before any: nothing unless it is said. */
  keeps?: Kept;
  /** The packages are of another version than before any setup. */
  otherVersion?: true;
  /** Lines of the catalogue that the last setup finds beside those of a server before any, where setup makes its databases itself. */
  remains?: (release: SequenceRelease) => readonly string[];
  /** Where the databases are: on the host itself unless it is said. */
  where?: 'elsewhere' | 'both';
  /** Null for a release that has no such sequence. */
  story: (release: SequenceRelease) => readonly Step[] | null;
}

export const SEQUENCES: readonly Sequence[] = [
  {
    name: 'I: cleanup, remove, install',
    where: 'both',
    story: () => [cleanup('-u'), remove, install, setup('new')],
  },
  {
    name: 'II: remove, install, cleanup',
    where: 'both',
    story: () => [remove, install, cleanup('-u'), setup('new')],
  },
  { name: 'removed only', where: 'both', story: () => [remove, cleanup('-u'), install, setup('new')] },
  {
    name: 'again and again',
    where: 'both',
    story: () => [cleanup('-u'), needless('-u'), needless('-u'), setup('new')],
  },
  { name: 'there and back', where: 'both', story: () => [thereAndBack('-u'), cleanup('-u'), setup('new')] },
  {
    name: 'keep',
    where: 'both',
    keeps: 'database',
    story: () => [cleanup('-u', '-d'), remove, install, setup('upgrade', 'hosts-unapproved', 'unreadable-values')],
  },
  {
    // The second one puts back what went with the packages: Grafana's configuration, of 4.4 and newer.
    name: 'keep, once more after the packages came back',
    where: 'both',
    keeps: 'database',
    story: () => [
      cleanup('-u', '-d'),
      remove,
      install,
      again('-u', '-d'),
      sh('! ls /etc/grafana/grafana.ini.rpmsave'),
      setup('upgrade', 'hosts-unapproved', 'unreadable-values'),
    ],
  },
  {
    name: 'keep with keys',
    where: 'both',
    keeps: 'database and keys',
    story: () => [cleanup('-u', '-d', '--keep-pki'), setup('upgrade')],
  },
  {
    name: 'keys from the copy',
    where: 'both',
    keeps: 'database and keys',
    story: () => [
      remove,
      install,
      remove, // copies an empty tree
      install,
      cleanup('-u', '-d', '--keep-pki'),
      setup('upgrade'),
    ],
  },
  {
    name: 'no copy of the keys',
    where: 'both',
    keeps: 'database',
    story: () => [
      remove,
      install,
      sh('cd /etc/pki/ovirt-engine-backups && rm $(ls */*/keys/engine.p12 */*/.keystore 2>/dev/null)'),
      refused('keep-pki', /copies/, '-u', '-d', '--keep-pki'),
      cleanup('-u', '-d'),
      setup('upgrade', 'hosts-unapproved', 'unreadable-values'),
    ],
  },
  {
    // Nothing but the pair, and nobody knows its password any more: setup takes it and gives it another.
    name: 'setup killed at database-created',
    from: 'installed',
    remains: emptyPair,
    story: (release) => [
      killed('database-created'),
      isScripted(release) ? cleanup('-u') : needless('-u'),
      setup('new'),
    ],
  },
  ...STAGES.filter((stage) => stage !== 'database-created').map(
    (stage): Sequence => ({
      name: `setup killed at ${stage}`,
      from: 'installed',
      ...(stage === 'pki-half' ? { remains: emptyPair } : {}),
      story: () => [killed(stage), cleanup('-u'), setup('new')],
    }),
  ),
  // What a DBA made is there before: a setup that is killed early leaves nothing more.
  ...STAGES.map(
    (stage): Sequence => ({
      name: `setup killed at ${stage}`,
      where: 'elsewhere',
      from: 'installed',
      story: () => [killed(stage), cleanup('-u'), setup('new')],
    }),
  ),
  {
    name: 'setup interrupted while it made the schema',
    where: 'both',
    // 3.2 does not listen, and 3.0 and 3.1 take nothing back: as if it had been killed.
    from: 'installed',
    remains: emptyPair, // it empties what it has filled
    story: (release) => (isScripted(release) ? null : [interrupted('schema-half'), cleanup('-u'), setup('new')]),
  },
  // Tried a second time, without a cleanup.
  {
    // 3.0 and 3.2 take the CA for made, and stop where the one misses the ssh key for its pages, the other a key to encrypt with.
    name: 'second attempt after pki-half',
    where: 'both',
    from: 'installed',
    story: (release) => [
      killed('pki-half'),
      isScripted(release) ? stuck(/engine\.(?:ssh\.key\.txt|p12)/) : spoilt('new', 'truststore'),
      cleanup('-u'),
      setup('new'),
    ],
  },
  {
    name: 'second attempt after closing',
    where: 'both',
    from: 'installed',
    story: (release) => [
      killed('closing'),
      isScripted(release) ? setup('upgrade') : spoilt('upgrade', 'record-empty'),
      cleanup('-u'),
      setup('new'),
    ],
  },
  {
    name: 'second attempt after schema-half',
    // The second one makes another pair beside the half-built database, which has no content by which it could be told, and whose password nobody knows any more: it stays.
    // Up to 3.2 it takes the half-built one, whose password it knows, and stops at it.
    from: 'installed',
    remains: emptyPair,
    story: (release) =>
      isScripted(release)
        ? [killed('schema-half'), stuck(/vdc_options/), cleanup('-u'), setup('new')]
        : [killed('schema-half'), spoilt('new', 'renamed-database'), cleanup('-u'), setup('new', 'renamed-database')],
  },
  {
    // It is told the same database again, takes what is in it for an engine's, and stops at what is missing.
    name: 'second attempt after schema-half',
    where: 'elsewhere',
    from: 'installed',
    story: () => [killed('schema-half'), stuck(/vdc_options|does not exist/), cleanup('-u'), setup('new')],
  },
  {
    name: 'upgrade killed',
    where: 'both',
    // 3.1 and 3.2 rename the database meanwhile: setup could not make the role anew beside it.
    story: (release) => [
      killed('schema-half'),
      refused('half-built', /dump/, '-u', '-d'),
      cleanup('-u', ...(renames(release) ? ['--drop-old-databases'] : [])),
      setup('new'),
    ],
  },
  {
    name: 'upgrade interrupted: two records', // of which 3.0 to 3.2 make none
    where: 'both',
    story: (release) => (isScripted(release) ? null : [interrupted('schema-half'), cleanup('-u'), setup('new')]),
  },
  {
    name: 'upgrade to another version killed',
    where: 'both',
    from: 'installed',
    story: afterUpgrade('new', ['-u'], killed('schema-half')),
  },
  {
    name: 'newer packages, dropped',
    where: 'both',
    from: 'installed',
    story: afterUpgrade('new', ['-u']),
  },
  {
    name: 'newer packages, kept',
    where: 'both',
    from: 'installed',
    keeps: 'database and keys',
    story: afterUpgrade('upgrade', ['-u', '-d', '--keep-pki']),
  },
  {
    name: 'older packages, dropped',
    where: 'both',
    otherVersion: true,
    story: afterDowngrade(cleanup('-u'), setup('new')),
  },
  {
    name: 'older packages, kept',
    where: 'both',
    otherVersion: true,
    keeps: 'database and keys',
    story: afterDowngrade(cleanup('-u', '-d', '--keep-pki'), setup('upgrade')),
  },
  {
    name: 'no credentials left',
    story: (release) => {
      if (isScripted(release)) return withoutPasswordFiles;
      return [
        remove,
        install,
        sh(
          "rm -r /var/lib/ovirt-engine/setup/answers/*; grep -rlE 'DB_PASSWORD|dbpassword' /etc/ovirt-engine* | xargs rm",
        ),
        cleanup('-u'),
        setup('new'),
      ];
    },
  },
  {
    // II where it is impossible: what a DBA made can be reached by nothing but these credentials.
    name: 'no credentials left',
    where: 'elsewhere',
    story: (release) =>
      isScripted(release)
        ? withoutPasswordFiles
        : [
            remove,
            install,
            sh(`tar -cf /lab/hidden.tar -C / ${CREDENTIALS} 2>/dev/null && rm ${CREDENTIALS}`),
            refused('database', /no credentials.*engine\.conf\.d\/10-setup-database\.conf/, '-u'),
            sh('tar -xf /lab/hidden.tar -C /'),
            cleanup('-u'),
            setup('new'),
          ],
  },
];
