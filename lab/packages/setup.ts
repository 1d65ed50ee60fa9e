/**
 * Packages of engine-setup, 3.0 to 4.5: one until 3.3, a base with plug-ins since. `/usr/bin/engine-setup` runs `/lab/engine-setup.cjs`, which a test puts there.
 * `/usr/bin/engine-cleanup`, which upstream has in the same package, is left out: the one to be tested takes its place.
 */
import { OVIRT, VDSM } from './engine.ts';
import { config, dir, file, ghost, has, noreplace, type Owned, type Package, type Span } from './model.ts';

const ETC = '/etc/ovirt-engine';
const STATE = '/var/lib/ovirt-engine';
const CONF = '/etc/ovirt-engine-setup.conf.d';
const ABOUT = '/usr/share/ovirt-engine-setup';
const same = { version: '=' } as const;

/** The program, the release it is of, and where it keeps its answers and backups. */
const program = (span: Span): readonly Owned[] => [
  file('/usr/bin/engine-setup', '#!/bin/sh\nexec node /lab/engine-setup.cjs "$@"\n', { mode: 0o755, ...span }),
  dir(ABOUT, span),
  file(`${ABOUT}/release`, ({ release }) => `${release}\n`, span),
  file(`${ABOUT}/version`, ({ version }) => `${version}\n`, span),
];

const otopiState = (span: Span): readonly Owned[] => [
  dir(`${STATE}/backups`, span),
  dir(`${STATE}/setup`, span),
  dir(`${STATE}/setup/answers`, span),
  dir('/var/log/ovirt-engine/setup', span),
  config('/etc/logrotate.d/ovirt-engine-setup', '', span),
];

const firewallManagers = '[environment:default]\nOVESETUP_CONFIG/validFirewallManagers=str:firewalld\n';

/** The directory of `10-packaging.conf` is in no package: it stays when they go. */
const packaging = (span: Span): readonly Owned[] => [
  config(`${CONF}/10-packaging.conf`, firewallManagers, span),
  ghost('/etc/firewalld/services/ovirt.xml', { until: '3.6', ...span }),
];

const overlay = 'ENGINE_JAVA_MODULEPATH="/usr/share/ovirt-engine-wildfly-overlay/modules"\n';

const common: readonly Owned[] = [
  config(`${CONF}/10-packaging-jboss.conf`, '[environment:default]\nOVESETUP_CONFIG/jbossHome=str:/usr/share/jboss\n'),
  config(`${ETC}/engine.conf.d/20-setup-jboss-overlay.conf`, overlay, { since: '3.6' }),
  config(`${ETC}/engine.conf.d/10-scl-postgres-95.conf`, 'sclenv=rh-postgresql95\n', { since: '4.2', until: '4.2' }),
  config(`${ETC}/engine.conf.d/10-scl-postgres.conf`, 'sclenv=rh-postgresql10\n', { since: '4.3', until: '4.3' }),
  config('/etc/ovirt-engine-setup.env.d/10-setup-scl-postgres-95.env', 'sclenv=rh-postgresql95\n', {
    since: '4.2',
    until: '4.2',
  }),
  config('/etc/ovirt-engine-setup.env.d/10-setup-scl-postgres.env', 'sclenv=rh-postgresql10\n', {
    since: '4.3',
    until: '4.3',
  }),
  config('/etc/httpd/conf.d/ovirt-disable-http-trace.conf', 'TraceEnable off\n', { since: '4.4' }),
];

/** A reminder that the new version of the setup package gives where setup ran before (4.3 and newer). */
const reminder = `if [ $1 -gt 1 ] && [ -e ${CONF}/20-setup-ovirt-post.conf ]; then
echo 'To bring the engine to this version, run engine-setup.'
fi`;

const plugin = (name: string, span: Span, ...needs: string[]): Package => ({
  name: `ovirt-engine-setup-plugin-${name}`,
  ...span,
  needs: [{ name: 'ovirt-engine-setup-plugin-ovirt-engine-common', ...same }, ...needs.map((one) => ({ name: one }))],
});

export const setupPackages: readonly Package[] = [
  {
    name: 'ovirt-engine-setup',
    needs: [
      { name: 'ovirt-engine', until: '3.3' },
      { name: 'ovirt-engine-setup-plugin-ovirt-engine', ...same, since: '3.4' },
    ],
    accounts: [VDSM, OVIRT],
    files: [
      ...program({ until: '3.3' }),
      noreplace('/etc/firewalld/services/ovirt.xml', '<service/>\n', { since: '3.2', until: '3.2' }),
      dir(`${STATE}/backups`, { owner: 'ovirt', since: '3.2', until: '3.2' }),
      ...otopiState({ since: '3.3', until: '3.3' }),
      ...packaging({ since: '3.3', until: '3.3' }),
    ],
    scripts: ({ release }) => (has(release, { since: '4.3' }) ? { post: reminder } : {}),
  },
  {
    name: 'ovirt-engine-setup-base',
    since: '3.4',
    accounts: [OVIRT],
    files: [...program({}), ...otopiState({})],
  },
  {
    name: 'ovirt-engine-setup-plugin-ovirt-engine-common',
    since: '3.4',
    needs: [{ name: 'ovirt-engine-setup-base', ...same }],
    files: common,
  },
  {
    name: 'ovirt-engine-setup-plugin-ovirt-engine',
    since: '3.4',
    needs: [
      { name: 'ovirt-engine-setup-plugin-ovirt-engine-common', ...same },
      { name: 'ovirt-engine', version: '>= 3.0' },
      { name: 'ovirt-engine-setup-plugin-vmconsole-proxy-helper', ...same, since: '3.6' },
      { name: 'ovirt-engine-setup-plugin-cinderlib', ...same, since: '4.3' },
      { name: 'ovirt-engine-setup-plugin-imageio', ...same, since: '4.4' },
      { name: 'ovirt-engine-dwh-setup', since: '4.0' },
      { name: 'ovirt-engine-keycloak-setup', since: '4.5' },
      { name: 'ovirt-provider-ovn', since: '4.2' },
    ],
    accounts: [VDSM],
    files: packaging({}),
  },
  plugin('websocket-proxy', { since: '3.4' }),
  plugin('vmconsole-proxy-helper', { since: '3.6' }, 'ovirt-engine-setup-plugin-ovirt-engine'),
  plugin('cinderlib', { since: '4.3' }, 'ovirt-engine-setup-plugin-ovirt-engine'),
  plugin('imageio', { since: '4.4' }, 'ovirt-engine-setup-plugin-ovirt-engine'),
];
