/** What packages run when they come and go. In a scriptlet `$1` is the number of versions of the package there will be: 0 when the last one goes. */
import type { Release } from '../../src/model/layout.ts';
import type { Edition } from './editions.ts';
import { type Account, has, type Package, SCRIPTS, type Scripts } from './model.ts';
import { isSysv } from './services.ts';

const reload = 'systemctl daemon-reload >/dev/null 2>&1 || :';
/** Of systemd's package: after a transaction that brought or took units. */
export const reloading: Scripts = { transfiletriggerin: reload, transfiletriggerpostun: reload };

/** Scriptlets of a package: accounts, then services, then its own. */
export function scriptsOf(one: Package, edition: Edition): Scripts {
  const parts = [{ pre: (one.accounts ?? []).map(account).join('\n') }, services(one, edition)];
  const own = one.scripts?.(edition) ?? {};
  const scripts: Scripts = {};
  for (const name of SCRIPTS) {
    const text = [...parts.map((part: Scripts) => part[name]), own[name]].filter((some) => some).join('\n');
    if (text !== '') scripts[name] = text;
  }
  return scripts;
}

/** The numbers may be taken on the machine that the box is a view of. */
function account({ name, id, group = name }: Account): string {
  const number = id === undefined ? '' : ` -o -u ${id}`;
  const groupNumber = id === undefined ? '' : ` -o -g ${id}`;
  return `getent group ${group} >/dev/null || groupadd -r${groupNumber} ${group}
getent passwd ${name} >/dev/null || useradd -r${number} -g ${group} -s /sbin/nologin -d / ${name}`;
}

/** A new unit is not enabled, as the presets of Enterprise Linux have it: that is for setup. */
function services({ services: all = [] }: Package, edition: Edition): Scripts {
  const managed = all.filter(({ unmanaged }) => unmanaged !== true);
  const scripts = managed.filter((one) => isSysv(one, edition)).map(({ name }) => name);
  const units = managed.filter((one) => !isSysv(one, edition)).map(({ name }) => `${name}.service`);
  const last: string[] = scripts.map((name) => `service ${name} stop >/dev/null 2>&1 || :\nchkconfig --del ${name}`);
  if (units.length > 0) last.push(`systemctl --no-reload disable --now ${units.join(' ')} >/dev/null 2>&1 || :`);
  return {
    post: scripts.map((name) => `chkconfig --add ${name}`).join('\n'),
    preun: last.length === 0 ? '' : ['if [ $1 -eq 0 ]; then', ...last, 'fi'].join('\n'),
  };
}

/** Lock lists that the erased engine strips of every line with its name: which, and since when (spec of 3.1.0, 3.2.0, 4.1.11). */
const STRIPPED: readonly { list: string; word: string; since: Release; until?: Release }[] = [
  { list: '/etc/yum/pluginconf.d/versionlock.list', word: 'ovirt', since: '3.1', until: '3.1' },
  { list: '/etc/yum/pluginconf.d/versionlock.list', word: 'ovirt-engine', since: '3.2' },
  { list: '/etc/dnf/plugins/versionlock.list', word: 'ovirt-engine', since: '4.1' },
];

/** The engine's own package: the PKI is copied, then deleted. The name of the copy has underscores in it before 3.3. */
export function engineScripts({ release }: Edition): Scripts {
  const time = has(release, { until: '3.2' }) ? '%Y_%m_%d_%H_%M_%S' : '%Y%m%d%H%M%S';
  const strip = STRIPPED.filter((one) => has(release, one)).map(
    ({ list, word }) => `[ -f ${list} ] && sed -i /${word}/d ${list}`,
  );
  return {
    preun: `if [ $1 -eq 0 ] && [ -d /etc/pki/ovirt-engine ]; then
copy=/etc/pki/ovirt-engine-backups/ovirt-engine-$(date +${time})
mkdir -p $copy
cp -pR /etc/pki/ovirt-engine $copy
fi`,
    postun: [
      'if [ $1 -eq 0 ]; then',
      ...(has(release, { since: '3.2' }) ? ['rm -rf /var/cache/ovirt-engine'] : []),
      'rm -rf /etc/pki/ovirt-engine',
      ...strip,
      'fi',
      ':',
    ].join('\n'),
  };
}
