/** Transfer of disk images: a proxy with a setup plug-in of its own in 4.0 to 4.3 (ovirt-imageio, `proxy/setup`), a service that the engine's setup configures since. */
import type { ComponentLayout, FileRule } from '../../model/layout.ts';
import { FIREWALLD } from './paths.ts';
import { dropIn, firewallService } from './rules.ts';

const DROP_IN = '/etc/ovirt-imageio/conf.d/50-engine.conf';
const PROXY = '/etc/ovirt-imageio-proxy/ovirt-imageio-proxy.conf';

const files: readonly FileRule[] = [
  dropIn(DROP_IN, { since: '4.4' }),
  {
    // Before the drop-in there was (4.4.0); later packages bring a file of that name.
    path: '/etc/ovirt-imageio/daemon.conf',
    phase: 'drop-ins',
    why: 'configuration written by setup',
    marker: /owned by ovirt-engine/,
    since: '4.4',
    until: '4.4',
  },
  {
    // A configuration file of its package, written by setup: it points to the engine's keys. Setup writes it anew whatever is in it.
    path: PROXY,
    phase: 'drop-ins',
    why: 'configuration of the proxy, filled by setup',
    packaged: 'reset',
    marker: /\/etc\/pki\/ovirt-engine\//,
    since: '4.0',
    until: '4.3',
  },
  {
    // Beside one that was edited setup writes this (4.3).
    path: `${PROXY}.new*`,
    phase: 'drop-ins',
    why: 'configuration of the proxy, written by setup beside an edited one',
    since: '4.3',
    until: '4.3',
  },
  firewallService(`${FIREWALLD}/ovirt-imageio-proxy.xml`, { since: '4.0' }),
  firewallService(`${FIREWALLD}/ovirt-imageio.xml`, { since: '4.4', until: '4.4' }),
];

/** 4.4 and newer. */
export const imageio: ComponentLayout = {
  id: 'imageio',
  title: 'Image transfer',
  enabledBy: [],
  shownBy: [DROP_IN],
  services: [{ unit: 'ovirt-imageio', order: 63 }],
  files,
};

/** 4.0 to 4.3; up to 4.2 also on a host of its own. */
export const imageioProxy: ComponentLayout = {
  ...imageio,
  title: 'Image transfer proxy',
  enabledBy: ['OVESETUP_CONFIG/imageioProxyConfig'],
  enableQuestion: 'OVESETUP_CONFIG_IMAGEIO_PROXY',
  shownBy: [],
  services: [{ unit: 'ovirt-imageio-proxy', order: 63 }],
};
