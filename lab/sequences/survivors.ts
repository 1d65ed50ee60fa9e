/** What must outlive every cleanup: files of the administrator and of other products beside setup's own, and data. Each with the releases whose hosts have its place. */

import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Edition } from '../packages/editions.ts';
import { has, type Span } from '../packages/model.ts';
import type { View } from './left.ts';

interface Survivor extends Span {
  path: string;
  text: string;
  owner?: string;
  mode?: string;
  /** Setup edits or renames the file: its text must still be in the only file whose path begins so. */
  inOneOf?: true;
}

export const OTHERS_LINE = 'db.example.test:5432:inventory:inventory:somebody-elses\n';
const EXPORT = '/etc/exports.d/ovirt-engine-iso-domain.exports';
const EXPORTED = '/var/lib/exports/iso';

/** Made by setup, and everybody's since: a cleanup leaves it as it is. */
export const OF_EVERYBODY: readonly string[] = [EXPORT, EXPORTED];

const SURVIVORS: readonly Survivor[] = [
  { path: '/etc/ovirt-engine/engine.conf.d/99-admin.conf', text: 'ENGINE_HEAP_MAX="8g"\n', since: '3.3' },
  {
    path: '/etc/ovirt-engine/engine.conf.d/99-admin.conf.20240101120000',
    text: 'ENGINE_HEAP_MAX="4g"\n',
    since: '3.3',
  },
  {
    path: '/etc/ovirt-engine/extensions.d/ldap-authz.properties',
    text: 'ovirt.engine.extension.name = ldap-authz\nconfig.profile.file.1 = ../aaa/ldap.properties\n',
    owner: 'ovirt:ovirt',
    mode: '600',
    since: '3.5',
  },
  {
    path: '/etc/ovirt-engine/aaa/ldap.properties',
    text: 'vars.server = ldap.example.test\nvars.password = of-the-directory\n',
    owner: 'ovirt:ovirt',
    mode: '600',
    since: '3.6',
  },
  { path: '/etc/ovirt-engine-dwh/ovirt-engine-dwhd.conf.d/99-admin.conf', text: 'DWH_SAMPLING=60\n', since: '3.3' },
  { path: '/etc/httpd/conf.d/zz-wiki.conf', text: '<Location /wiki>\n</Location>\n', since: '3.1' },
  { path: '/etc/firewalld/services/ovirt-backup-of-ours.xml', text: '<service/>\n', since: '3.2' },
  { path: '/etc/exports', text: '/srv/photos *(ro)\n', since: '3.3' },
  { path: '/etc/exports', text: '/srv/photos *(ro)\n', until: '3.2', inOneOf: true },
  // Up to 4.4 setup makes the ISO domain; a host that was upgraded to 4.5 still has it.
  { path: EXPORT, text: `${EXPORTED} *(rw)\n`, since: '4.5' },
  { path: `${EXPORTED}/0f0a3c1e/images/11111111/installer.iso`, text: 'an image\n', owner: 'vdsm:kvm', since: '4.5' },
  { path: '/var/lib/images/11111111-2222-3333-4444-555555555555/disk', text: 'a disk\n', owner: 'vdsm:kvm' },
  { path: '/etc/sysctl.d/50-admin.conf', text: 'vm.swappiness = 10\n' },
  { path: '/root/.pgpass', text: OTHERS_LINE, mode: '600', since: '3.2' },
  { path: '/root/.pgpass', text: OTHERS_LINE, mode: '600', until: '3.1', inOneOf: true },
  { path: '/var/lib/ovirt-engine/backups/engine-20200101000000.abc123.dump', text: 'PGDMP of old\n', mode: '600' },
  { path: '/var/lib/ovirt-engine/content/logo.png', text: 'an image\n', owner: 'ovirt:ovirt', since: '3.6' },
  { path: '/etc/pki/tls/certs/wiki.crt', text: 'a certificate\n' },
  { path: '/var/lib/pgsql/backups/rooms.sql', text: 'a dump\n' },
];

/** Paths of those that a host of the release has, and that stay exactly as they are. */
export function survivorsOf({ release }: Edition): string[] {
  return SURVIVORS.filter((one) => has(release, one) && !one.inOneOf).map(({ path }) => path);
}

/** Those whose text is in no file any more. */
export function lostTexts({ release }: Edition, { root }: View): string[] {
  const isLost = ({ path, text }: Survivor): boolean => {
    const dir = join(root, dirname(path));
    const names = readdirSync(dir).filter((name) => name.startsWith(basename(path)));
    return !names.some((name) => readFileSync(join(dir, name), 'utf8').includes(text));
  };
  return SURVIVORS.filter((one) => has(release, one) && one.inOneOf && isLost(one)).map(({ path }) => path);
}

/** A shell script that makes them, and puts lines of the administrator into files that setup edits. */
export function makeSurvivors(edition: Edition): string {
  const { release, versionlock } = edition;
  return [
    ...SURVIVORS.filter((one) => has(release, one)).flatMap(({ path, text, owner = 'root:root', mode = '644' }) => [
      `mkdir -p "$(dirname ${path})"`,
      `cat >${path} <<'END OF FILE'\n${text}END OF FILE`,
      `chown ${owner} ${path} && chmod ${mode} ${path}`,
    ]),
    `echo kernel-5.14.0-503.el9.x86_64 >>${versionlock.list}`,
  ].join('\n');
}
