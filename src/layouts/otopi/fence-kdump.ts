/** fence_kdump listener, 3.5 and newer: setup configures it in the engine's database only. */
import type { ComponentLayout } from '../../model/layout.ts';
import { FIREWALLD } from './paths.ts';
import { firewallService } from './rules.ts';

export const fenceKdump: ComponentLayout = {
  id: 'fence-kdump',
  title: 'fence_kdump listener',
  enabledBy: [],
  shownBy: [],
  services: [{ unit: 'ovirt-fence-kdump-listener', order: 60 }],
  files: [firewallService(`${FIREWALLD}/ovirt-fence-kdump-listener.xml`, { since: '3.5' })],
};
