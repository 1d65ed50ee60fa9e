/**
 * oVirt's own programs that work on the same files and databases as a cleanup, in any release. They know no lock, so each is told by its process. Those built on otopi (3.3 and newer)
 * replace themselves by `python … otopi/__main__.py`, which names the plugins it runs in its arguments.
 */
import type { OtherProgram } from '../model/programs.ts';

export const OTHER_PROGRAMS: readonly OtherProgram[] = [
  {
    name: 'engine-setup',
    scripts: ['engine-setup', 'engine-setup.py', 'ovirt-engine-setup'],
    pluginGroup: 'ovirt-engine-setup',
  },
  {
    name: "oVirt's own engine-cleanup",
    scripts: ['engine-cleanup', 'engine-cleanup.py', 'ovirt-engine-remove'],
    pluginGroup: 'ovirt-engine-remove',
  },
  { name: 'engine-upgrade', scripts: ['engine-upgrade', 'engine-upgrade.py'] },
  { name: 'engine-backup', scripts: ['engine-backup', 'engine-backup.sh'] },
  { name: 'ovirt-engine-rename', scripts: ['ovirt-engine-rename'], pluginGroup: 'ovirt-engine-rename' },
  {
    name: 'ovirt-engine-provisiondb',
    scripts: ['engine-provisiondb', 'ovirt-engine-provisiondb'],
    pluginGroup: 'ovirt-engine-provisiondb',
  },
  { name: 'ovirt-engine-dwh-setup', scripts: ['ovirt-engine-dwh-setup', 'ovirt-engine-dwh-setup.py'] },
  { name: 'ovirt-engine-reports-setup', scripts: ['ovirt-engine-reports-setup', 'ovirt-engine-reports-setup.py'] },
];
