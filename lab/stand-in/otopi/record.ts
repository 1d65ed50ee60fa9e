/** The uninstall record: what this run changed, in groups. Files that are not there when it is written are left out, so numbers have gaps. */
import { createHash } from 'node:crypto';
import type { ChangedLine } from '../base/edit.ts';
import type { Host } from '../base/host.ts';
import { unusedTimestamp } from '../base/names.ts';
import type { Stages } from '../base/stages.ts';

const DIR = '/etc/ovirt-engine/uninstall.d';

const DESCRIPTIONS: Readonly<Record<string, readonly [description: string, optional: boolean]>> = {
  core: ['Core files', false],
  ca_pki: ['PKI keys', true],
  ca_config: ['PKI configuration', true],
  ca_pki_wsp: ['PKI keys for the websocket proxy', true],
  ssl: ['Apache SSL configuration', true],
  versionlock: ['YUM version locking configuration', false],
  exportfs: ['NFS export configuration', true],
  iso_domain: ['ISO domain layout', true],
  vmconsole_proxy_helper_pki: ['VMConsole Helper PKI keys', true],
  vmconsole_proxy_pki: ['VMConsole PKI Proxy keys', true],
  'ovirt-provider-ovn': ['OVN provider configuration', true],
  ovirt_dwh_files: ['DWH files', false],
  ovirt_reports_files: ['Reports files', false],
  ovirt_grafana_files: ['Grafana files', false],
  ovirt_keycloak_files: ['Keycloak files', false],
  unremovable: ['Files that are never removed', false],
};

interface Group {
  files: Set<string>;
  lines: { path: string; changed: ChangedLine }[];
}

export class UninstallRecord {
  readonly #groups = new Map<string, Group>();

  #group(name: string): Group {
    const group = this.#groups.get(name) ?? { files: new Set<string>(), lines: [] };
    this.#groups.set(name, group);
    return group;
  }

  addFile(path: string, group: string): void {
    this.#group(group).files.add(path);
  }

  addLines(path: string, group: string, changed: readonly ChangedLine[]): void {
    this.#group(group).lines.push(...changed.map((one) => ({ path, changed: one })));
    this.addFile(path, 'unremovable');
  }

  /** Every path that is in a group whose files a cleanup removes. */
  get files(): string[] {
    return [...this.#groups].filter(([name]) => name !== 'unremovable').flatMap(([, { files }]) => [...files]);
  }

  /** Writes it; none where nothing was changed. */
  write(host: Host, hash: 'md5' | 'sha256', stages: Stages): void {
    const sections = [...this.#groups].filter(([, { files, lines }]) => files.size + lines.length > 0);
    const pathAt = (time: string): string => `${DIR}/${time}-uninstall.conf`;
    const path = pathAt(unusedTimestamp((time) => host.exists(pathAt(time))));
    if (stages.ends('closing')) host.write(path, '');
    stages.reached('closing');
    if (sections.length === 0) return;
    host.write(path, `${sections.map(([name, group]) => sectionText(host, hash, name, group)).join('\n')}\n`);
  }
}

/** Of the bytes of a file; for a link of those it leads to. */
function hashOf(host: Host, hash: 'md5' | 'sha256', path: string): string {
  return createHash(hash).update(host.bytes(path)).digest('hex');
}

function sectionText(host: Host, hash: 'md5' | 'sha256', name: string, { files, lines }: Group): string {
  const [description, optional] = DESCRIPTIONS[name] ?? [name, false];
  const three = (value: number): string => String(value).padStart(3, '0');
  const out = [
    name === 'unremovable' ? '[unremovable]' : `[file_group_${name}]`,
    `description = ${description}`,
    `optional = ${optional ? 'True' : 'False'}`,
  ];
  for (const [index, path] of [...files].sort().entries()) {
    if (!host.exists(path)) continue;
    out.push(`file.${three(index)}.name = ${path}`, `file.${three(index)}.${hash} = ${hashOf(host, hash, path)}`);
  }
  const paths = [...new Set(lines.map(({ path }) => path))];
  for (const [file, path] of paths.entries()) {
    for (const [line, { changed }] of lines.filter((one) => one.path === path).entries()) {
      const stem = `line.${three(file)}${three(line)}`;
      out.push(`${stem}.name = ${path}`);
      if (changed.added !== undefined) out.push(`${stem}.content.added = ${changed.added}`);
      if (changed.removed !== undefined) out.push(`${stem}.content.removed = ${changed.removed}`);
    }
  }
  return `${out.join('\n')}\n`;
}

/** What all records of a host name together, and which of them are empty. */
export function readRecords(host: Host): { names: Set<string>; empty: string[] } {
  const names = new Set<string>();
  const empty: string[] = [];
  for (const file of host.list(DIR).filter((name) => name.endsWith('.conf'))) {
    const text = host.read(`${DIR}/${file}`);
    if (text.trim() === '') empty.push(`${DIR}/${file}`);
    for (const match of text.matchAll(/^file\.\d+\.name = (.*)$/gm)) names.add(match[1]!);
  }
  return { names, empty };
}
