/** The tables of docs/layouts.md, from the layouts. Pure. */
import { LAYOUTS } from '../src/layouts/index.ts';
import {
  type ComponentId,
  type ComponentLayout,
  type FileRule,
  type Layout,
  RELEASES,
  type Release,
} from '../src/model/layout.ts';

/** Something of a layout as the newest one has it, and the releases of all layouts that have the same. */
interface Found<T> {
  value: T;
  releases: Release[];
}

/** The same thing in several layouts once; what is the same is told by `key`. */
function merged<T>(of: (layout: Layout) => readonly T[], key: (value: T) => string): Found<T>[] {
  const found = new Map<string, Found<T>>();
  for (const layout of LAYOUTS) {
    for (const value of of(layout)) {
      const releases = found.get(key(value))?.releases ?? [];
      found.set(key(value), { value, releases: [...new Set([...releases, ...layout.releases])] });
    }
  }
  return [...found.values()];
}

function ageOf(release: Release): number {
  return RELEASES.indexOf(release);
}

/** `3.3–3.6, 4.4`: neighbours in one range. */
function ranges(releases: readonly Release[]): string {
  const parts: [number, number][] = [];
  for (const age of releases.map(ageOf).sort((a, b) => a - b)) {
    const last = parts.at(-1);
    if (last !== undefined && last[1] === age - 1) last[1] = age;
    else parts.push([age, age]);
  }
  return parts.map(([a, b]) => (a === b ? `${RELEASES[a]}` : `${RELEASES[a]}–${RELEASES[b]}`)).join(', ');
}

/** Those of the releases whose setup writes the file. */
function writing({ value: { since, until }, releases }: Found<FileRule>): Release[] {
  return releases.filter((release) => {
    const age = ageOf(release);
    return (since === undefined || age >= ageOf(since)) && (until === undefined || age <= ageOf(until));
  });
}

function writers(rule: Found<FileRule>): string {
  const own = writing(rule);
  // Written by a release of no such layout: what an upgrade leaves.
  return own.length > 0 ? ranges(own) : `up to ${rule.value.until}`;
}

const code = (text: string): string => `\`${text}\``;

/** As the formatter of the project has tables: cells of a column are equally wide. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [head, ...rows].map((cells) => cells.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = head.map((_, column) => Math.max(...all.map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const [first = '', ...others] = all.map((cells) =>
    line(cells.map((cell, column) => cell.padEnd(widths[column] ?? 0))),
  );
  return [first, line(widths.map((width) => '-'.repeat(width))), ...others];
}

function partsOf<T>(id: ComponentId, part: (component: ComponentLayout) => readonly T[]): (layout: Layout) => T[] {
  return ({ components }) => components.filter((component) => component.id === id).flatMap(part);
}

function rulesOf(id: ComponentId): Found<FileRule>[] {
  const every = partsOf<FileRule>(id, ({ files }) => files);
  return merged(every, ({ path, keep, packaged }) => JSON.stringify([path, keep, packaged]));
}

/** The releases that have a component: those that write any of its files. */
function releasesOf(id: ComponentId): Release[] {
  const own = new Set(rulesOf(id).flatMap(writing));
  return RELEASES.filter((release) => own.has(release));
}

function everyComponent(): ComponentLayout[] {
  const found = merged(
    ({ components }) => components,
    ({ id }) => id,
  );
  return found.map(({ value }) => value);
}

function servicesOf(id: ComponentId): string {
  const services = merged(
    partsOf(id, ({ services }) => services),
    ({ unit }) => unit,
  );
  const named = services.map(({ value: { unit }, releases }) => {
    const own = releasesOf(id);
    return own.every((release) => releases.includes(release)) ? code(unit) : `${code(unit)} (${ranges(releases)})`;
  });
  return named.join(', ') || '–';
}

function components(): string[] {
  const rows = everyComponent().map(({ id, title }) => [title, ranges(releasesOf(id)), servicesOf(id)]);
  return table(['component', 'releases', 'services that are stopped and disabled'], rows);
}

function databases(): string[] {
  const found = merged(
    ({ components }) => components.filter(({ database }) => database !== undefined),
    ({ id, database }) =>
      JSON.stringify([
        id,
        database?.defaultName,
        database?.defaultRole,
        database?.credentials,
        database?.passwordFiles?.map(({ path }) => path),
        database?.encrypted,
      ]),
  );
  const rows = found.map(({ value: { id, title, database, files }, releases }) => [
    title,
    ranges(releases.filter((release) => releasesOf(id).includes(release))),
    code(database?.defaultName ?? ''),
    code(database?.defaultRole ?? ''),
    [
      ...files.filter(({ phase, credentialsOf }) => phase === 'credentials' && credentialsOf === id),
      ...(database?.passwordFiles ?? []),
    ]
      .map(({ path }) => code(path))
      .join(', '),
    database?.encrypted.map(code).join(', ') || '–',
  ]);
  return table(['component', 'releases', 'database', 'role', 'its credentials', 'encrypted columns'], rows);
}

function servers(): string[] {
  const found = merged(
    ({ databaseServer }) => [databaseServer],
    ({ unit }) => unit,
  );
  const rows = found.map(({ value, releases }) => [ranges(releases), code(value.unit), code(value.dataDir)]);
  return table(['releases', 'PostgreSQL that setup starts', 'its data'], rows);
}

function keptWith({ keep, packaged }: FileRule): string {
  if (packaged === 'package') return 'always';
  if (packaged === 'reset') return 'reset where its package is installed';
  return keep === undefined ? '–' : { database: '`-d`', pki: '`--keep-pki`', always: 'always' }[keep];
}

function files(): string[] {
  const head = ['path', 'written by', 'stays with', 'what it is'];
  const sections = everyComponent().flatMap(({ id, title }) => {
    const rows = rulesOf(id).map((rule) => [
      code(rule.value.path),
      writers(rule),
      keptWith(rule.value),
      rule.value.why,
    ]);
    return [`### ${title}`, '', ...table(head, rows), ''];
  });
  return sections.slice(0, -1);
}

function lines(): string[] {
  const found = merged(
    ({ components }) => components.flatMap(({ lines }) => lines ?? []),
    ({ path, why }) => `${path} ${why}`,
  );
  const rows = found.map(({ value, releases }) => [code(value.path), value.why, ranges(releases)]);
  return table(['file', 'line', 'looked for on hosts of'], rows);
}

function kept(): string[] {
  const places = merged(
    ({ kept }) => kept,
    ({ path }) => path,
  ).map(({ value: { path, why, removable, beside }, releases }) => [
    code(path),
    `${why}${beside === undefined ? '' : `; told where ${code(beside)} is there too`}`,
    ranges(releases),
    removable ? 'yes' : '–',
  ]);
  const named = merged(
    ({ keptByName }) => keptByName,
    ({ key }) => key,
  ).map(({ value: { key, what, why }, releases }) => [`${what}s named by ${code(key)}`, why, ranges(releases), 'yes']);
  return table(['what', 'why', 'looked for on hosts of', 'the report names a command'], [...places, ...named]);
}

/** By the name in the document. */
export const LAYOUT_PARTS: Record<string, () => string[]> = { components, databases, servers, files, lines, kept };
