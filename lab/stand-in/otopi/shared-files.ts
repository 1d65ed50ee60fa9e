/** Files that setup shares with others: it changes lines of them, and records the lines. */
import { editParameters } from '../base/edit.ts';
import { lockLines } from '../base/packages.ts';
import { FIREWALLD_FILES, plannedFiles } from './engine-files.ts';
import type { OtopiRun } from './run.ts';

export const APACHE_CONFIGURED = 'OVESETUP_APACHE/configured';
export const SSL_CONF = '/etc/httpd/conf.d/ssl.conf';
const PKI = '/etc/pki/ovirt-engine';
const CERTIFICATES: readonly (readonly [string, string])[] = [
  ['SSLCertificateFile', `${PKI}/certs/apache.cer`],
  ['SSLCertificateKeyFile', `${PKI}/keys/apache.key.nopass`],
  ['SSLCACertificateFile', `${PKI}/apache-ca.pem`],
];
const REQUEST_LOG = `CustomLog logs/ovirt-requests-log "%t %h \\"Correlation-Id: %{Correlation-Id}o\\" \\"%r\\" %b" "env=!dontlog"`;
const ZONE = '/etc/firewalld/zones/public.xml';

function lines(text: string): string[] {
  return text.replace(/\n$/, '').split('\n');
}

/** Before the closing tag of the virtual host; in no record, whose format cannot hold its percent signs. */
function withRequestLog(content: readonly string[]): string[] {
  if (content.some((line) => line.includes('logs/ovirt-requests-log'))) return [...content];
  return content.flatMap((line) => (line.trim() === '</VirtualHost>' ? [REQUEST_LOG, line] : [line]));
}

/** Points the web server to the engine's certificates; not if an earlier run says that it did. */
export function configureApache(run: OtopiRun): void {
  const { host, answers, say } = run.context;
  if (answers.value(APACHE_CONFIGURED) === true || answers.yes({ question: 'OVESETUP_APACHE_CONFIG_SSL' }) === false)
    return;
  if (!host.exists(SSL_CONF)) {
    say(`Warning: ${SSL_CONF} is not there, the web server is not configured.`);
    return;
  }
  const params = new Map<string, string | null>([...CERTIFICATES, ['SSLProtocol', null]]);
  const before = lines(host.read(SSL_CONF));
  const edited = editParameters(run.traits.requestLog ? withRequestLog(before) : before, params);
  if (edited.missing.length > 0) {
    say(`Warning: ${edited.missing.join(', ')} not found in ${SSL_CONF}, the web server is not configured.`);
    return;
  }
  run.write({ path: SSL_CONF, content: `${edited.lines.join('\n')}\n`, record: 'unremovable' });
  run.record.addLines(SSL_CONF, 'ssl', edited.changed);
}

/** Own names of an older version go, those of this one come. */
export function lockVersions(run: OtopiRun): void {
  const { host, release, options } = run.context;
  if (options.offline) return;
  const path = run.traits.versionlock;
  const wanted = lockLines(host, release);
  const before = lines(host.readIfThere(path) ?? '').filter((line) => line.trim() !== '');
  const others = before.filter((line) => !/^ovirt-engine(?:-backend|-tools)?-\d/.test(line));
  run.write({ path, content: `${[...others, ...wanted].join('\n')}\n`, record: 'unremovable', noCopy: true });
  run.record.addLines(
    path,
    'versionlock',
    wanted.map((added) => ({ added })),
  );
}

export function usesFirewalld(run: OtopiRun): boolean {
  const asked = { key: 'OVESETUP_CONFIG/firewallManager', question: 'OVESETUP_NETWORK_FIREWALL_MANAGER' };
  return run.context.answers.text(asked) === 'firewalld';
}

/** Services of our own, opened for good in the default zone. */
export function openFirewall(run: OtopiRun): void {
  if (!usesFirewalld(run)) return;
  const files = plannedFiles(run, FIREWALLD_FILES);
  for (const file of files) run.write(file);
  const zone = run.context.host.readIfThere(ZONE);
  if (zone === null) return;
  const added = files
    .map(({ path }) => `  <service name="${path.replace(/.*\/(.*)\.xml$/, '$1')}"/>\n`)
    .filter((line) => !zone.includes(line));
  run.context.host.write(ZONE, zone.replace('</zone>', `${added.join('')}</zone>`));
}

/** More shared memory for the server; the file stays after a cleanup. */
export function writeSysctl(run: OtopiRun): void {
  const content = 'kernel.shmmax = 41943040\n';
  run.write({ path: run.traits.sysctl, content, record: 'unremovable' });
}
