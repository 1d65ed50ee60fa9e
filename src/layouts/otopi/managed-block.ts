/** Managed block storage: `cinderlib` from 4.3 to 4.5.6, `managedblock` since (d1558421a76). The database of the one becomes that of the other. */
import type { ComponentId, ComponentLayout, Release } from '../../model/layout.ts';
import { CONF, STATE } from './paths.ts';

interface Naming {
  id: ComponentId;
  title: string;
  database: string;
  /** In names of files, of keys in them, and of setup's environment. */
  file: string;
  key: string;
  short: string;
  since: Release;
  handedTo?: ComponentId;
}

function volumes({ id, title, database, file, key, short, since, handedTo }: Naming): ComponentLayout {
  const credentials = `${CONF}/10-setup-${file}-database.conf`;
  const enable = `${CONF}/10-setup-${file}.conf`;
  return {
    id,
    title,
    enabledBy: [`OVESETUP_${short}_DB/enable`],
    shownBy: [credentials, enable],
    services: [],
    database: {
      title: `${title.toLowerCase()} database`,
      defaultName: database,
      defaultRole: database,
      prefix: `${key}_DB_`,
      answers: {
        prefix: `OVESETUP_${short}_DB/`,
        questionPrefix: `OVESETUP_${key}_DB_`,
        provisioningPrefix: `OVESETUP_${short}_PROVISIONING/`,
        // Where the server is, setup asks under the engine's name, a second time.
        provisioningQuestionPrefix: `OVESETUP_PROVISIONING__${short}_POSTGRES_`,
      },
      credentials: [credentials, enable],
      enableKey: `${key}_DB_ENABLE`,
      schemas: [],
      extensions: [],
      signature: ['volumes'],
      complete: null,
      encrypted: [],
      describesMain: true,
      ...(handedTo === undefined ? {} : { handedTo }),
      dumps: `${STATE}/backups/${file}-*.dump`,
    },
    files: [
      {
        path: credentials,
        phase: 'credentials',
        why: 'database credentials written by setup',
        keep: 'database',
        credentialsOf: id,
        since,
      },
      {
        path: enable,
        phase: 'credentials',
        why: `switch of ${title.toLowerCase()}, written by setup`,
        keep: 'database',
        since,
      },
    ],
  };
}

export const managedBlock = volumes({
  id: 'managedblock',
  title: 'Managed block storage',
  database: 'ovirt_managedblock',
  file: 'managedblock',
  key: 'MANAGEDBLOCK',
  short: 'MB',
  since: '4.5',
});

export const cinderlib = volumes({
  id: 'cinderlib',
  title: 'Managed block storage (cinderlib)',
  database: 'ovirt_cinderlib',
  file: 'cinderlib',
  key: 'CINDERLIB',
  short: 'CL',
  since: '4.3',
  handedTo: 'managedblock', // setup of 4.5.8 takes the credentials over and renames the files to copies (its plug-in cinderlib_rename)
});
