/** The web server in front of the engine, 3.1 and 3.2: setup writes over lines of its configuration, and keeps copies. */
import type { FileRule, LineRule } from '../../model/layout.ts';
import { webDropIn } from '../otopi/rules.ts';
import { HTTPD } from './paths.ts';

const SSL_CONF = `${HTTPD}/ssl.conf`;
export const PROXY = `${HTTPD}/ovirt-engine.conf`;

export const webFiles: readonly FileRule[] = [
  webDropIn(PROXY, { marker: /ajp:\/\/localhost:/, until: '3.2' }),
  ...[SSL_CONF, '/etc/httpd/conf/httpd.conf'].map(
    (path): FileRule => ({
      path: `${path}.BACKUP.*`,
      phase: 'state',
      why: `copy of ${path} that setup made before it wrote over lines of it`,
      until: '3.2',
      noCopies: true,
    }),
  ),
];

/** Each as mod_ssl brings it. */
const PACKAGED: Readonly<Record<string, string>> = {
  SSLCertificateFile: 'SSLCertificateFile /etc/pki/tls/certs/localhost.crt',
  SSLCertificateKeyFile: 'SSLCertificateKeyFile /etc/pki/tls/private/localhost.key',
  SSLCertificateChainFile: '#SSLCertificateChainFile /etc/pki/tls/certs/server-chain.crt',
};

const copies = `${SSL_CONF}.BACKUP.*`;

/** Port and host, which setup writes anew whatever they were. */
const ports = [/^\s*Listen\s/, /^\s*<VirtualHost _default_:/].map(
  (line): LineRule => ({
    path: SSL_CONF,
    component: 'engine',
    added: line,
    replaced: { copies, line, packaged: null },
    why: 'port of the web server, written by setup',
  }),
);

export const webLines: readonly LineRule[] = [
  ...Object.entries(PACKAGED).map(
    ([name, packaged]): LineRule => ({
      path: SSL_CONF,
      component: 'engine',
      added: new RegExp(`^\\s*${name}\\s+"?/etc/pki/ovirt-engine/`),
      replaced: { copies, line: new RegExp(`^\\s*#?\\s*${name}\\s`), packaged },
      why: "line that points the web server to the engine's certificates",
    }),
  ),
  ...ports,
];
