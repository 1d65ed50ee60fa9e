/** The spec file of one edition of a table of packages, and the tree that its `%install` copies. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Edition } from './editions.ts';
import { type Needed, type Owned, type Package, resolve, SCRIPTS } from './model.ts';
import { scriptsOf } from './scriptlets.ts';
import { serviceFiles } from './services.ts';

/** One spec file: packages of one version, which is the edition's unless they are another product's. */
export interface Source {
  name: string;
  version?: string;
  packages: readonly Package[];
}

/** Text of the spec file. `content` is the directory with the tree. */
export function specOf({ name, version, packages }: Source, edition: Edition, content: string): string {
  const lines = [
    // Nothing of what is packed is a program: nothing to strip, to compile or to find needs of.
    '%global __os_install_post %{nil}',
    '%global _binary_payload w0.gzdio',
    `Name: ${name}-source`,
    `Version: ${version ?? edition.version}`,
    `Release: ${edition.build}`,
    'Summary: Stand-in',
    'License: Apache-2.0',
    'BuildArch: noarch',
    '%description',
    'Stand-in.',
    '%install',
    `cp -a ${content}/. %{buildroot}`,
  ];
  for (const one of resolve(packages, edition)) lines.push(...packageLines(one, edition));
  return `${lines.join('\n')}\n`;
}

function packageLines(one: Package, edition: Edition): string[] {
  const { name, needs = [], provides = [] } = one;
  const lines = [`%package -n ${name}`, 'Summary: Stand-in', 'AutoReqProv: no'];
  for (const some of needs) lines.push(requires(some));
  for (const some of provides) lines.push(`Provides: ${some}`);
  lines.push(`%description -n ${name}`, 'Stand-in.');
  const scripts = scriptsOf(one, edition);
  for (const script of SCRIPTS) {
    const text = scripts[script];
    const of = script.startsWith('transfiletrigger') ? ' -- /usr/lib/systemd/system' : '';
    if (text !== undefined) lines.push(`%${script} -n ${name}${of}`, text.replaceAll('%', '%%'));
  }
  lines.push(`%files -n ${name}`, ...filesOf(one, edition).map(filesLine));
  return lines;
}

function requires({ name, version, before }: Needed): string {
  const wanted = version === '=' ? '= %{version}-%{release}' : (version ?? '');
  return `Requires${before === true ? '(pre)' : ''}: ${name} ${wanted}`.trim();
}

function filesLine({ path, content, as, owner = 'root', mode }: Owned): string {
  const bits = (mode ?? (content === null ? 0o755 : 0o644)).toString(8);
  const [user, group = user] = owner.split(':');
  return `${content === null ? '%dir' : (as ?? '')} %attr(${bits},${user},${group}) ${path}`.trim();
}

function filesOf(one: Package, edition: Edition): Owned[] {
  return [...(one.files ?? []), ...(one.services ?? []).flatMap((service) => serviceFiles(service, edition))];
}

/** Texts of the files that the packages of a source own, by path; null is a directory. */
export function treeOf({ packages }: Source, edition: Edition): [path: string, text: string | null][] {
  const owned = resolve(packages, edition).flatMap((one) => filesOf(one, edition));
  return owned.map(({ path, content }) => [path, typeof content === 'function' ? content(edition) : content]);
}

/** Writes them below a directory. */
export function writeTree(tree: ReturnType<typeof treeOf>, dir: string): void {
  mkdirSync(dir, { recursive: true });
  for (const [path, text] of tree) {
    const real = join(dir, path);
    mkdirSync(text === null ? real : dirname(real), { recursive: true });
    if (text !== null) writeFileSync(real, text);
  }
}
