/** Real units for the services of the lab's host: programs of ours under the names of oVirt's. */
export const OVIRT_UNITS = [
  'ovirt-engine',
  'ovirt-engine-notifier',
  'ovirt-fence-kdump-listener',
  'ovirt-websocket-proxy',
  'ovirt-vmconsole-proxy-sshd',
  'ovirt-imageio',
] as const;

/** Those besides the engine itself, see engine.ts. */
export function ovirtUnit(name: string): string {
  return `[Unit]
Description=${name} (lab)
[Service]
ExecStart=/bin/sleep infinity
[Install]
WantedBy=multi-user.target
`;
}

/** PostgreSQL as a service, with peer access for its own account and scram for everybody else. */
export function postgresqlUnit(bin: string, dataDir = '/var/lib/pgsql/lab'): string {
  return `[Unit]
Description=PostgreSQL (lab)
[Service]
Type=notify
User=postgres
Environment=PGDATA=${dataDir}
ExecStart=${bin}/postgres -D ${dataDir} -k /run/postgresql
RuntimeDirectory=postgresql
KillMode=mixed
[Install]
WantedBy=multi-user.target
`;
}

export const PG_HBA = `local all postgres peer
local all all scram-sha-256
host all all 127.0.0.1/32 scram-sha-256
host all all ::1/128 scram-sha-256
`;

/** A consumer of the certificates in the place of the web server: reads ssl.conf when it starts and when it is reloaded. */
export function webServerUnit(node: string): string {
  return `[Unit]
Description=httpd (lab)
[Service]
ExecStart=${node} /etc/httpd/lab-server.mjs
ExecReload=/bin/kill -HUP $MAINPID
[Install]
WantedBy=multi-user.target
`;
}

export const WEB_SERVER = `import { readFileSync, writeFileSync } from 'node:fs';
function load() {
  const text = readFileSync('/etc/httpd/conf.d/ssl.conf', 'utf8');
  const file = text.match(/^\\s*SSLCertificateFile\\s+(\\S+)/m)?.[1] ?? 'none';
  writeFileSync('/run/httpd-lab', file + '\\n');
}
load();
process.on('SIGHUP', load);
setInterval(() => {}, 60000);
`;
