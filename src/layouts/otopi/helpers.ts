/** The small services around the engine, 3.3 to 4.5. */
import type { ComponentLayout, FileRule } from '../../model/layout.ts';

const VMCONSOLE_PKI = '/etc/pki/ovirt-vmconsole';

function vmconsoleKey(name: string): FileRule {
  return {
    path: `${VMCONSOLE_PKI}/${name}`,
    phase: 'keystores',
    why: 'key of the console proxy, made by setup',
    keep: 'pki',
  };
}

export const websocketProxy: ComponentLayout = {
  id: 'websocket-proxy',
  title: 'WebSocket proxy',
  enabledBy: ['OVESETUP_CONFIG/websocketProxyConfig'],
  shownBy: ['/etc/ovirt-engine/ovirt-websocket-proxy.conf.d/10-setup.conf'],
  services: [{ unit: 'ovirt-websocket-proxy', order: 61 }],
  files: [
    {
      path: '/etc/ovirt-engine/ovirt-websocket-proxy.conf.d/10-setup.conf',
      phase: 'drop-ins',
      why: 'drop-in written by setup',
    },
  ],
};

export const vmconsoleProxy: ComponentLayout = {
  id: 'vmconsole-proxy',
  title: 'VM console proxy',
  enabledBy: ['OVESETUP_VMCONSOLE_PROXY_CONFIG/vmconsoleProxyConfig'],
  shownBy: [
    '/etc/ovirt-engine/ovirt-vmconsole-proxy-helper.conf.d/10-setup.conf',
    '/etc/ovirt-vmconsole/ovirt-vmconsole-proxy/conf.d/20-ovirt-vmconsole-proxy-helper.conf',
  ],
  services: [{ unit: 'ovirt-vmconsole-proxy-sshd', order: 62 }],
  files: [
    {
      path: '/etc/ovirt-engine/ovirt-vmconsole-proxy-helper.conf.d/10-setup.conf',
      phase: 'drop-ins',
      why: 'drop-in written by setup',
    },
    {
      path: '/etc/ovirt-vmconsole/ovirt-vmconsole-proxy/conf.d/20-ovirt-vmconsole-proxy-helper.conf',
      phase: 'drop-ins',
      why: 'drop-in written by setup',
    },
    vmconsoleKey('ca.pub'),
    vmconsoleKey('proxy-ssh_host_rsa*'),
    vmconsoleKey('proxy-ssh_user_rsa*'),
  ],
};

export const fenceKdump: ComponentLayout = {
  id: 'fence-kdump',
  title: 'fence_kdump listener',
  enabledBy: [],
  shownBy: [],
  services: [{ unit: 'ovirt-fence-kdump-listener', order: 60 }],
  files: [],
};

export const imageio: ComponentLayout = {
  id: 'imageio',
  title: 'Image transfer',
  enabledBy: [],
  shownBy: ['/etc/ovirt-imageio/conf.d/50-engine.conf'],
  services: [{ unit: 'ovirt-imageio', order: 63 }],
  files: [{ path: '/etc/ovirt-imageio/conf.d/50-engine.conf', phase: 'drop-ins', why: 'drop-in written by setup' }],
};

export const ovnProvider: ComponentLayout = {
  id: 'ovn-provider',
  title: 'OVN provider',
  enabledBy: ['OVESETUP_OVN/ovirtProviderOvn'],
  shownBy: ['/etc/ovirt-provider-ovn/conf.d/10-setup-ovirt-provider-ovn.conf'],
  services: [{ unit: 'ovirt-provider-ovn', order: 64 }],
  files: [
    {
      path: '/etc/ovirt-provider-ovn/conf.d/10-setup-ovirt-provider-ovn.conf',
      phase: 'drop-ins',
      why: 'drop-in with OVN and single-sign-on secrets, written by setup',
    },
    { path: '/etc/ovirt-engine/ovirt-provider-ovn-conf.example', phase: 'drop-ins', why: 'example written by setup' },
    {
      path: '/etc/firewalld/services/ovn-central-firewall-service.xml',
      phase: 'drop-ins',
      why: 'firewalld service written by setup',
    },
  ],
};
