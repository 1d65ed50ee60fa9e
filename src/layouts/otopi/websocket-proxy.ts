/** WebSocket proxy, 3.3 to 4.5; since 3.5 also on a host of its own, with key and certificate in an otherwise empty PKI (group `ca_pki_wsp` of the record). */
import type { ComponentLayout } from '../../model/layout.ts';
import { ETC, FIREWALLD } from './paths.ts';
import { dropIn, firewallService } from './rules.ts';

const SETUP = `${ETC}/ovirt-websocket-proxy.conf.d/10-setup.conf`;

export const websocketProxy: ComponentLayout = {
  id: 'websocket-proxy',
  title: 'WebSocket proxy',
  enabledBy: ['OVESETUP_CONFIG/websocketProxyConfig'],
  shownBy: [SETUP],
  services: [{ unit: 'ovirt-websocket-proxy', order: 61 }],
  files: [dropIn(SETUP), firewallService(`${FIREWALLD}/ovirt-websocket-proxy.xml`)],
};
