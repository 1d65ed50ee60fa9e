/** The published versions of the packages that the lab has, and what the distribution of that time does with packages. */
import type { Release } from '../../src/model/layout.ts';

export interface Edition {
  release: Release;
  version: string;
  /** rpm's release of the package, with the distribution. */
  build: string;
  /** Enterprise Linux 6 and Fedora 16 start services by scripts. */
  init: 'sysv' | 'systemd';
  /** dnf takes along what was installed for a package only; yum left it. */
  autoremove: boolean;
  /** The version lock plug-in: its package, and the list in it. */
  versionlock: { package: string; list: string };
}

const YUM = {
  autoremove: false,
  versionlock: { package: 'yum-plugin-versionlock', list: '/etc/yum/pluginconf.d/versionlock.list' },
};
const DNF = {
  autoremove: true,
  versionlock: { package: 'python3-dnf-plugin-versionlock', list: '/etc/dnf/plugins/versionlock.list' },
};

const TABLE = {
  '3.0': { release: '3.0', version: '3.0.0_0001', build: '1.fc16', init: 'sysv', ...YUM },
  '3.1': { release: '3.1', version: '3.1.0', build: '2.fc17', init: 'systemd', ...YUM },
  '3.2.1': { release: '3.2', version: '3.2.1', build: '1.fc18', init: 'systemd', ...YUM },
  '3.2': { release: '3.2', version: '3.2.2', build: '1.1.fc18', init: 'systemd', ...YUM },
  '3.2-el6': { release: '3.2', version: '3.2.3', build: '1.el6', init: 'sysv', ...YUM },
  '3.3': { release: '3.3', version: '3.3.5', build: '1.el6', init: 'sysv', ...YUM },
  '3.6.6': { release: '3.6', version: '3.6.6.2', build: '1.el7', init: 'systemd', ...YUM },
  '3.6': { release: '3.6', version: '3.6.7.5', build: '1.el7', init: 'systemd', ...YUM },
  '4.3.9': { release: '4.3', version: '4.3.9.4', build: '1.el7', init: 'systemd', ...YUM },
  '4.3': { release: '4.3', version: '4.3.10.4', build: '1.el7', init: 'systemd', ...YUM },
  '4.5.6': { release: '4.5', version: '4.5.6', build: '1.el9', init: 'systemd', ...DNF },
  '4.5.7': { release: '4.5', version: '4.5.7', build: '1.el9', init: 'systemd', ...DNF },
} as const satisfies Record<string, Edition>;

export type EditionName = keyof typeof TABLE;
export const EDITIONS: Readonly<Record<EditionName, Edition>> = TABLE;
