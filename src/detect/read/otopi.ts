/**
 * Environment files of setup's framework: INI sections `environment:…` with values `type:value`. The post-install marker, the answer
 * files and `/etc/ovirt-engine-setup.conf` are of this kind. They are read without `%` interpolation.
 *
 * The post-install marker, `/etc/ovirt-engine-setup.conf.d/20-setup-ovirt-post.conf`, is the last thing setup writes, so it exists only after a
 * setup that finished. Its values preset every later run of setup and of the existing cleanup.
 */
import type { MarkerFacts } from '../../model/facts.ts';
import type { Layout } from '../../model/layout.ts';
import { numericVersion } from '../../model/versions.ts';
import { splitLines, UNIVERSAL_ENDS } from './blanks.ts';
import { parseIni, scanIni } from './ini.ts';
import type { Problem } from './problem.ts';

export type OtopiValue = string | number | boolean | null | string[];

/** Weakest first: `default` sets only what is not set, `init` is applied early, `override` always, `enforce` again and again. */
export const SECTIONS = [
  'environment:default',
  'environment:init',
  'environment:override',
  'environment:enforce',
] as const;

export interface Environment {
  values: Map<string, OtopiValue>;
  problems: Problem[];
  /** No section at all: the file was cut off while it was written. */
  empty: boolean;
}

/** Every text is true but these: not even `0`, `no` or an empty one is false. */
const FALSE = ['f', 'F', 'false', 'False'];

/** The value a typed text stands for; undefined if the type is unknown or the text does not fit it. */
export function typedValue(text: string): OtopiValue | undefined {
  const cut = text.indexOf(':');
  const value = text.slice(cut + 1);
  switch (cut < 0 ? '' : text.slice(0, cut)) {
    case 'none':
      return null;
    case 'bool':
      return !FALSE.includes(value);
    case 'int':
      return /^\s*[+-]?\d{1,15}\s*$/.test(value) ? Number(value) : undefined;
    case 'str':
      return value;
    case 'multi-str':
      return value === '' ? [] : value.replace(/\n$/, '').split('\n');
    default:
      return undefined;
  }
}

/** Reads an environment file. Never throws: a value of a wrong type is a problem (setup itself stops at it) and is left out. */
export function parseEnvironment(text: string): Environment {
  const { sections, problems } = parseIni(text);
  const values = new Map<string, OtopiValue>();
  for (const name of SECTIONS) {
    for (const { key, value: text, line } of sections.find((section) => section.name === name)?.entries ?? []) {
      const value = typedValue(text);
      if (value !== undefined) values.set(key, value);
      else problems.push({ line, kind: 'syntax', message: `Line ${line}: the value of ${key} is of no known type.` });
    }
  }
  for (const { name, line } of sections) {
    if (SECTIONS.some((known) => known === name)) continue;
    problems.push({ line, kind: 'ignored', message: `Line ${line}: the section is of no known kind.` });
  }
  return { values, problems, empty: sections.length === 0 };
}

/** The keys of a release's marker that its reader has to know. */
export type MarkerKeys = Pick<Layout, 'versionKey' | 'secretKeys'>;

/** True for a key whose value must never be shown or stored: passwords and client secrets, by their names, and those that a release names otherwise. */
export function isSecretKey(key: string, others: readonly string[]): boolean {
  return others.includes(key) || /secret|passw|passphrase|pass$/i.test(key);
}

/** The version of setup that wrote the marker, its numbers alone; null if there is none. */
export function markerVersion(values: ReadonlyMap<string, OtopiValue>, key: string): string | null {
  const version = values.get(key);
  return typeof version === 'string' ? numericVersion(version) : null;
}

export interface MarkerRead extends Omit<MarkerFacts, 'path'> {
  problems: Problem[];
  /** No section at all: the file was cut off while it was written. */
  empty: boolean;
}

/** Reads the marker; secrets are null among its values. Never throws. */
export function readMarker(text: string, { versionKey, secretKeys }: MarkerKeys): MarkerRead {
  const { values, problems, empty } = parseEnvironment(text);
  const shown = [...values].map(([key, value]) => [key, isSecretKey(key, secretKeys) ? null : value] as const);
  return { version: markerVersion(values, versionKey), values: Object.fromEntries(shown), problems, empty };
}

/** The text without some keys, in whatever section they are, with the lines their values go on over; all else byte for byte. */
export function rewriteMarker(text: string, dropKeys: readonly string[]): string {
  const dropped = new Set(
    scanIni(text).items.flatMap((item) => (item.kind === 'entry' && dropKeys.includes(item.name) ? item.lines : [])),
  );
  return splitLines(text, UNIVERSAL_ENDS)
    .filter((_, at) => !dropped.has(at + 1))
    .map(({ body, ending }) => body + ending)
    .join('');
}
