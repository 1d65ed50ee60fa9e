/** Network provider for OVN, 4.2 and newer. */
import type { ComponentLayout, OvnLayout } from '../../model/layout.ts';
import { ETC, FIREWALLD, PKI } from './paths.ts';
import { firewallService } from './rules.ts';

const DROP_IN = '/etc/ovirt-provider-ovn/conf.d/10-setup-ovirt-provider-ovn.conf';

/** Early releases of 4.2 let the northbound one listen without TLS. The places: OVN beside Open vSwitch, and on its own since 2.12. */
function database(side: 'north' | 'south', letter: 'n' | 's', port: number): OvnLayout {
  const file = `ovn${letter}b_db.db`;
  return {
    title: `OVN ${side}bound database`,
    tool: `ovn-${letter}bctl`,
    key: `${PKI}/keys/ovn-${letter}db.key.nopass`,
    connections: [`pssl:${port}`, `ptcp:${port}`],
    files: ['/var/lib/ovn', '/etc/ovn', '/var/lib/openvswitch', '/etc/openvswitch'].map((dir) => `${dir}/${file}`),
  };
}

export const ovnProvider: ComponentLayout = {
  id: 'ovn-provider',
  title: 'OVN provider',
  enabledBy: ['OVESETUP_OVN/ovirtProviderOvn'],
  shownBy: [DROP_IN],
  // ovn-northd and openvswitch are other products': setup only starts them.
  services: [{ unit: 'ovirt-provider-ovn', order: 64 }],
  ovn: [database('north', 'n', 6641), database('south', 's', 6642)],
  files: [
    {
      path: DROP_IN,
      phase: 'drop-ins',
      why: 'drop-in with OVN and single-sign-on secrets, written by setup',
      // Setup does not write it again for a provider that the kept database and marker name.
      keep: 'database',
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
