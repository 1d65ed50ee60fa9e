/** Network provider for OVN, 4.2 and newer. */
import type { ComponentLayout } from '../../model/layout.ts';
import { ETC, FIREWALLD } from './paths.ts';
import { firewallService } from './rules.ts';

const DROP_IN = '/etc/ovirt-provider-ovn/conf.d/10-setup-ovirt-provider-ovn.conf';

export const ovnProvider: ComponentLayout = {
  id: 'ovn-provider',
  title: 'OVN provider',
  enabledBy: ['OVESETUP_OVN/ovirtProviderOvn'],
  shownBy: [DROP_IN],
  // ovn-northd and openvswitch are other products': setup only starts them.
  services: [{ unit: 'ovirt-provider-ovn', order: 64 }],
  files: [
    {
      path: DROP_IN,
      phase: 'drop-ins',
      why: 'drop-in with OVN and single-sign-on secrets, written by setup',
      since: '4.2',
    },
    {
      path: `${ETC}/ovirt-provider-ovn-conf.example`,
      phase: 'drop-ins',
      why: 'example written by setup',
      since: '4.2',
    },
    firewallService(`${FIREWALLD}/ovn-central-firewall-service.xml`, { since: '4.2' }),
    firewallService(`${FIREWALLD}/ovirt-provider-ovn.xml`, { since: '4.2' }),
  ],
};
