/** Serial console proxy, 3.6 and newer. */
import type { ComponentLayout, FileRule } from '../../model/layout.ts';
import { ETC, FIREWALLD, VMCONSOLE_PKI } from './paths.ts';
import { dropIn, firewallService } from './rules.ts';

const HELPER = `${ETC}/ovirt-vmconsole-proxy-helper.conf.d/10-setup.conf`;
const PROXY = '/etc/ovirt-vmconsole/ovirt-vmconsole-proxy/conf.d/20-ovirt-vmconsole-proxy-helper.conf';

function key(name: string): FileRule {
  return {
    path: `${VMCONSOLE_PKI}/${name}`,
    phase: 'keystores',
    why: 'key of the console proxy, made by setup',
    keep: 'pki',
    since: '3.6',
  };
}

export const vmconsoleProxy: ComponentLayout = {
  id: 'vmconsole-proxy',
  title: 'VM console proxy',
  enabledBy: ['OVESETUP_VMCONSOLE_PROXY_CONFIG/vmconsoleProxyConfig'],
  shownBy: [HELPER, PROXY],
  services: [{ unit: 'ovirt-vmconsole-proxy-sshd', order: 62 }],
  files: [
    dropIn(HELPER, { since: '3.6' }),
    dropIn(PROXY, { since: '3.6' }),
    firewallService(`${FIREWALLD}/ovirt-vmconsole-proxy.xml`, { since: '3.6' }),
    key('ca.pub'),
    key('proxy-ssh_host_rsa*'),
    key('proxy-ssh_user_rsa*'),
  ],
};
