/** Keycloak, Reports, the volume databases, the ISO domain, and a websocket proxy on a host of its own. */
import { keycloakFiles } from '../../../../test/fixture/host-components.ts';
import { uuid } from '../../base/names.ts';
import { within } from '../../base/versions.ts';
import { credentialLines } from '../../database/credentials.ts';
import { CINDERLIB, type DatabaseKind, KEYCLOAK, MANAGEDBLOCK, REPORTS } from '../database-kinds.ts';
import type { OtopiRun } from '../run.ts';
import { capturedContext, writeCaptured } from './captured-files.ts';
import type { ComponentSteps } from './component.ts';
import { decideOwn, makeOwn, smallSchema } from './databases.ts';

const CONF = '/etc/ovirt-engine/engine.conf.d';
const READABLE = { mode: 0o640, owner: 'root', group: 'ovirt' } as const;

export const keycloak: ComponentSteps = {
  services: [],
  decide: (run) => decideOwn(run, KEYCLOAK),
  make: (run) => {
    makeOwn(run, KEYCLOAK, [
      'create table realm (id varchar(36) primary key, name varchar(255));',
      'create table databasechangelog (id varchar(255) not null, author varchar(255) not null, filename varchar(255) not null);',
      'create table user_entity (id varchar(255) primary key, realm_id varchar(36) references realm, username varchar(255));',
      "insert into realm values ('ovirt-internal', 'ovirt-internal');",
      "insert into user_entity values (md5(random()::text), 'ovirt-internal', 'admin@ovirt');",
    ]);
    writeCaptured(run, keycloakFiles(capturedContext(run, { role: '', password: '' })));
  },
};

/** Reports: deployed in the engine's server up to 3.4, a service of its own after that. */
export const reports: ComponentSteps = {
  services: ['ovirt-engine-reportsd'],
  decide: (run) => decideOwn(run, REPORTS),
  make: (run) => {
    makeOwn(run, REPORTS, [
      'create table jitenant (id integer primary key, tenantid varchar(100));',
      'create table jiresource (id integer primary key, name varchar(255));',
      'create table jiuser (id integer primary key, username varchar(100));',
    ]);
    const dir = '/etc/ovirt-engine-reports';
    const record = 'ovirt_reports_files';
    const own = credentialLines('REPORTS_DB_', run.credentialsOf('reports'), run.traits);
    run.write({
      path: `${dir}/ovirt-engine-reports.conf.d/10-setup-database.conf`,
      content: own,
      mode: 0o600,
      owner: 'ovirt',
      record,
    });
    run.write({
      path: `${dir}/ovirt-engine-reports.conf.d/10-setup-jboss.conf`,
      content: 'JBOSS_HOME="/usr/share/ovirt-engine-jboss-as"\n',
      record,
    });
    run.write({
      path: `${dir}/ovirt-engine-reports.conf.d/10-setup-java.conf`,
      content: 'REPORTS_HEAP_MAX="1024M"\n',
      record,
    });
    run.write({
      path: `${dir}/ovirt-engine-reports.conf.d/10-setup-protocols.conf`,
      content: `REPORTS_FQDN=${run.fqdn}\n`,
      record,
    });
    run.write({
      path: `${dir}/sso.properties`,
      content: `getSessionUserServletUrl=https://${run.fqdn}/ovirt-engine/services/get-session-user\n`,
      record,
    });
    run.write({
      path: '/etc/httpd/conf.d/z-ovirt-engine-reports-proxy.conf',
      content: '<Location /ovirt-engine-reports>\n  ProxyPass ajp://localhost:8702\n</Location>\n',
      record: 'core',
    });
    run.write({
      path: `${CONF}/10-setup-reports-access.conf`,
      content: `ENGINE_REPORTS_BASE_URL=https://${run.fqdn}/ovirt-engine-reports\n`,
      record: 'core',
    });
    run.context.host.write('/var/lib/ovirt-engine-reports/ovirt-engine-reports.war/WEB-INF/web.xml', '<web-app/>\n', {
      owner: 'ovirt',
    });
    run.context.host.write('/var/lib/ovirt-engine-reports/build-conf/master.properties', 'dbType=postgresql\n', {
      mode: 0o600,
      owner: 'ovirt',
    });
  },
};

/** Volumes of managed block storage. A database that connects is taken as it is, whatever became of the engine's. */
function volumes(kind: DatabaseKind, write: (run: OtopiRun, lines: string) => void): ComponentSteps {
  return {
    services: [],
    decide: (run) => decideOwn(run, kind),
    make: (run) => {
      makeOwn(run, kind, smallSchema(['volumes', 'key_value_storage'], kind.name));
      write(run, credentialLines(kind.prefix, run.credentialsOf(kind.component), run.traits));
    },
  };
}

export const cinderlib = volumes(CINDERLIB, (run, lines) => {
  run.write({ path: `${CONF}/10-setup-cinderlib-database.conf`, content: lines, record: 'core', ...READABLE });
  run.write({
    path: `${CONF}/10-setup-cinderlib.conf`,
    content: 'CINDERLIB_ENABLED=true\n',
    record: 'core',
    ...READABLE,
  });
});

export const managedBlock = volumes(MANAGEDBLOCK, (run, lines) => {
  run.write({
    path: `${CONF}/10-setup-managedblock.conf`,
    content: `MANAGEDBLOCK_DB_ENABLE="True"\n${lines}`,
    record: 'core',
    ...READABLE,
  });
});

/** The ISO domain, up to 4.4: exported, and never taken away again. */
export const iso: ComponentSteps = {
  services: [],
  make: (run) => {
    const { host } = run.context;
    const path = '/var/lib/exports/iso';
    const exportsFile = within(run.version, '3.6') ? '/etc/exports.d/ovirt-engine-iso-domain.exports' : '/etc/exports';
    if (host.list(path).length > 0 || (host.readIfThere(exportsFile) ?? '').includes(path)) return;
    const domain = `${path}/${uuid()}`;
    host.mkdir(`${domain}/images/11111111-1111-1111-1111-111111111111`, { owner: 'vdsm', group: 'kvm' });
    const metadata = {
      path: `${domain}/dom_md/metadata`,
      content: 'CLASS=Iso\nDESCRIPTION=ISO_DOMAIN\n',
      record: 'iso_domain',
    };
    run.write({ ...metadata, owner: 'vdsm', group: 'kvm' });
    const line = `${path}\t0.0.0.0/0.0.0.0(rw)`;
    const before = host.readIfThere(exportsFile) ?? '';
    if (exportsFile.endsWith('.exports')) run.write({ path: exportsFile, content: `${line}\n`, record: 'exportfs' });
    else {
      run.write({ path: exportsFile, content: `${before}${line}\n`, record: 'unremovable' });
      run.record.addLines(exportsFile, 'exportfs', [{ added: line }]);
    }
  },
};

/** A websocket proxy away from the engine: a key of its own, certificates brought over by hand, no CA. */
export const websocketProxyAlone: ComponentSteps = {
  services: ['ovirt-websocket-proxy'],
  make: (run) => {
    const { tree } = run.context;
    for (const dir of ['keys', 'certs']) tree.host.mkdir(tree.path(dir));
    if (tree.has('keys/websocket-proxy.key.nopass')) return;
    const key = tree.newKey();
    const certificate = tree.withTemporary(key, (file) =>
      tree.openssl(['req', '-x509', '-new', '-key', file, '-subj', `/O=${run.fqdn}/CN=${run.fqdn}`, '-days', '398']),
    );
    tree.write('keys/websocket-proxy.key.nopass', key, { mode: 0o600, owner: 'ovirt' });
    for (const name of ['websocket-proxy', 'engine'])
      tree.write(`certs/${name}.cer`, certificate, { mode: 0o600, owner: 'ovirt' });
    for (const name of ['keys/websocket-proxy.key.nopass', 'certs/websocket-proxy.cer', 'certs/engine.cer'])
      run.record.addFile(tree.path(name), 'ca_pki_wsp');
    run.write({
      path: '/etc/ovirt-engine/ovirt-websocket-proxy.conf.d/10-setup.conf',
      content: `PROXY_PORT=6100\nSSL_KEY=${tree.path('keys/websocket-proxy.key.nopass')}\nSSL_ONLY=True\n`,
      record: 'core',
    });
  },
};
