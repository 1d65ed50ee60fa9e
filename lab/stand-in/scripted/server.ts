/** The application server of 3.0 to 3.2: links that deploy the engine, configuration, the encrypted password of the database. */
import { linkSync } from 'node:fs';
import { SetupError } from '../base/abort.ts';
import { randomDigits } from '../base/names.ts';
import type { ScriptedRun } from './run.ts';
import {
  DEFAULT_XML,
  encodedPassword,
  hasEncryptedPassword,
  MODULE_XML,
  withDataSource,
  withEncryptedPassword,
} from './server-xml.ts';
import type { Link } from './shapes.ts';

/** A link is made where nothing can be reached; one that leads nowhere is in the way. */
function deploy(run: ScriptedRun, { path, target }: Link): void {
  const { host } = run.context;
  if (host.exists(path)) return;
  if (host.isLink(path)) throw new SetupError(`Failed to create JBoss profile: ${path}: file exists (EEXIST)`);
  host.symlink(target, path);
}

export function deployLinks(run: ScriptedRun): void {
  const { host } = run.context;
  const { links, markers, module } = run.shape;
  for (const link of links) {
    deploy(run, link);
    if (markers) host.write(`${link.path}.dodeploy`, '');
  }
  if (module === null) return;
  if (host.exists(module.path)) host.remove(module.path);
  deploy(run, module);
}

const MODULE_PATHS = ['sun/security', 'sun/security/krb5', 'com/sun/jndi/url', 'com/sun/jndi/url/dns'];

function editModule(run: ScriptedRun, path: string): void {
  const { host } = run.context;
  if (!host.exists(path)) host.write(path, MODULE_XML);
  host.copy(path, `${path}.${randomDigits()}`);
  const added = MODULE_PATHS.map((name) => `    <path name="${name}"/>\n`).join('');
  run.edit(path, (text) => text.replace('  </paths>', `${added}  </paths>`));
}

/** TLS of a remote server is never checked. */
function jdbcUrl(run: ScriptedRun): string {
  const { host, port, database, secured } = run.credentials('user', 'engine');
  const tls = secured ? '?ssl=true&sslfactory=org.postgresql.ssl.NonValidatingFactory' : '';
  return `jdbc:postgresql://${host}:${port}/${database}${tls}`;
}

/** Everything of the server's configuration but the password. */
export function configureServer(run: ScriptedRun): void {
  const { host } = run.context;
  const { serverXml, moduleXml, legacyXml, account, sysconfig } = run.shape;
  const { httpPort, httpsPort } = run.settings;
  const url = jdbcUrl(run);
  if (serverXml !== null) {
    if (!host.exists(serverXml)) host.write(serverXml, DEFAULT_XML, { owner: account });
    host.copy(serverXml, `${serverXml}.BACKUP.${randomDigits()}`);
    run.edit(serverXml, (text) => withDataSource(text, url, httpPort, httpsPort));
    host.give(serverXml, { owner: account });
  }
  for (const path of legacyXml)
    run.edit(
      path,
      (text) => (text.includes('ovirt') ? text : `${text}<!-- edited for ovirt-engine -->\n`),
      '<server/>\n',
    );
  if (moduleXml !== null) editModule(run, moduleXml);
  if (sysconfig !== null) editSysconfig(run, sysconfig, url);
}

function editSysconfig(run: ScriptedRun, path: string, url: string): void {
  const { fqdn, httpPort, httpsPort } = run.settings;
  run.setParameters(path, {
    JAVA_HOME: '/usr/lib/jvm/jre-1.7.0-openjdk.x86_64',
    ENGINE_DB_DRIVER: 'org.postgresql.Driver',
    ENGINE_DB_URL: url,
    ENGINE_DB_USER: run.credentials('user', 'engine').role,
    ENGINE_FQDN: fqdn,
    ENGINE_PROXY_ENABLED: 'true',
    ENGINE_PROXY_HTTP_PORT: httpPort,
    ENGINE_PROXY_HTTPS_PORT: httpsPort,
    ENGINE_HTTP_ENABLED: 'false',
    ENGINE_HTTPS_ENABLED: 'false',
    ENGINE_AJP_ENABLED: 'true',
    ENGINE_AJP_PORT: '8702',
  });
}

/** The database's password, encrypted, where the engine reads it. */
export function writeEncryptedPassword(run: ScriptedRun): void {
  const { serverXml, sysconfig, account } = run.shape;
  const { role } = run.credentials('user', 'engine');
  const encoded = encodedPassword(run.settings.dbPassword);
  if (serverXml !== null) {
    run.edit(serverXml, (text) => withEncryptedPassword(text, role, encoded));
    run.context.host.give(serverXml, { owner: account });
  }
  if (sysconfig !== null) run.setParameters(sysconfig, { ENGINE_DB_USER: role, ENGINE_DB_PASSWORD: encoded });
}

export function hasPassword(run: ScriptedRun): boolean {
  const { host } = run.context;
  const { serverXml, sysconfig } = run.shape;
  if (serverXml !== null) return hasEncryptedPassword(host.readIfThere(serverXml) ?? '');
  return /^ENGINE_DB_PASSWORD=[0-9a-f]+$/m.test(host.readIfThere(sysconfig ?? '') ?? '');
}

/** Ports and name for the pages, and in 3.0 what the root application gets of it: a link (a hard one on AS 7) and copies of keys. */
export function writeWebConf(run: ScriptedRun): void {
  if (!run.shape.webConf) return;
  const { host, tree } = run.context;
  const path = '/etc/ovirt-engine/web-conf.js';
  const { fqdn, httpPort, httpsPort } = run.settings;
  const values = { host_fqdn: fqdn, http_port: httpPort, https_port: httpsPort };
  const packaged = 'var host_fqdn = "";\nvar http_port = "";\nvar https_port = "";\n';
  run.edit(
    path,
    (text) =>
      Object.entries(values).reduce(
        (now, [name, value]) => now.replace(new RegExp(`var ${name}.*`), `var ${name} = "${value}";`),
        text,
      ),
    packaged,
  );
  const { rootWar } = run.shape;
  if (rootWar === null) return;
  host.mkdir(rootWar);
  const own = `${rootWar}/web-conf.js`;
  if (!host.isLink(own)) {
    host.remove(own);
    linkSync(host.real(path), host.real(own));
  }
  if (!tree.has('keys/engine.ssh.key.txt'))
    throw new SetupError(`Failed to create CA: ${tree.path('keys/engine.ssh.key.txt')} is missing`);
  host.write(`${rootWar}/ca.crt`, tree.read('ca.pem'), { owner: run.shape.account });
  host.write(`${rootWar}/engine.ssh.key.txt`, tree.read('keys/engine.ssh.key.txt'));
}
