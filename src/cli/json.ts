/** The report as the one JSON document of `--json` (schema/report.schema.json). Pure. */
import type { Report } from '../model/report.ts';

/** The order in which a reader meets the fields: how it ended first, then what there is to do about it. */
const ORDER = [
  'schema',
  'command',
  'version',
  'outcome',
  'exitCode',
  'changed',
  'root',
  'run',
  'restores',
  'runs',
  'host',
  'databases',
  'steps',
  'kept',
  'refusals',
  'warnings',
  'verify',
  'answers',
  'intact',
  'restarted',
  'error',
  'durationMs',
] as const satisfies readonly (keyof Report)[];

/**
 * What JSON may hold as it is but a terminal obeys or hides: DEL and the C1 controls (CSI among them), marks that reorder or hide text, line separators. Names
 * of files and databases can hold them, and JSON is read on terminals too.
 */
const UNSAFE = /[\x7f-\x9f\p{Cf}\u2028\u2029]/gu;

function escaped(character: string): string {
  return Array.from({ length: character.length }, (_, at) => {
    const unit = character.charCodeAt(at).toString(16);
    return `\\u${unit.padStart(4, '0')}`;
  }).join('');
}

/** One document, indented, with a line end. A reader of JSON gets every string back as it was. */
export function toJson(report: Report): string {
  const ordered: Partial<Record<keyof Report, unknown>> = {};
  for (const key of ORDER) if (report[key] !== undefined) ordered[key] = report[key];
  // Outside of strings JSON holds none of these characters, so only strings are changed.
  return `${JSON.stringify({ ...ordered, ...report }, null, 2).replace(UNSAFE, escaped)}\n`;
}
