/**
 * The files a run left of itself, from their texts. Pure. They are believed only where they are of the form in which they were written and fit each other: what somebody edited, cut off or put in
 * their place is named, not acted on.
 */
import type { JournalEntry } from '../apply/journal.ts';
import type { Manifest } from '../model/backup.ts';
import { isPlainPath } from '../model/paths.ts';
import type { Plan, Step } from '../model/plan.ts';
import type { Report } from '../model/report.ts';

type Json = Record<string, unknown>;

/** What a form asks of a value. */
type Test = (value: unknown) => boolean;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText: Test = (value) => typeof value === 'string';
const isNumber: Test = (value) => typeof value === 'number';
const isFlag: Test = (value) => typeof value === 'boolean';
const isPath: Test = (value) => typeof value === 'string' && (value === '/' || isPlainPath(value));
const isDigest: Test = (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
/** A member lies in the backup itself. */
const isName: Test = (value) => typeof value === 'string' && /^[^/\0]+$/.test(value) && !/^\.\.?$/.test(value);
const orNull =
  (test: Test): Test =>
  (value) =>
    value === null || test(value);
const orNone =
  (test: Test): Test =>
  (value) =>
    value === undefined || test(value);
const listOf =
  (test: Test): Test =>
  (value) =>
    Array.isArray(value) && value.every(test);
const hasAll =
  (form: Record<string, Test>): Test =>
  (value) =>
    isObject(value) &&
    Object.entries(form).every(([key, test]) => test(Object.hasOwn(value, key) ? value[key] : undefined));

const PLAN: Record<string, Test> = {
  root: isPath,
  mode: isText,
  backupDir: orNull(isPath),
  databases: listOf(hasAll({ component: isText, name: isText })),
  steps: listOf(hasAll({ id: isText, kind: isText, title: isText, needs: listOf(isText), destructive: isFlag })),
  restores: orNone(hasAll({ run: isText, backup: isPath })),
};

const FILE = {
  path: isPath,
  state: isText,
  mode: isNumber,
  uid: isNumber,
  gid: isNumber,
  mtimeMs: isNumber,
  sizeBytes: isNumber,
  link: orNone(isPath),
};

const MANIFEST: Record<string, Test> = {
  run: isText,
  root: isPath,
  planSha256: isDigest,
  databases: listOf(isObject),
  files: listOf(hasAll(FILE)),
  members: listOf(hasAll({ name: isName, kind: isText, sizeBytes: isNumber, sha256: isDigest })),
  services: listOf(hasAll({ unit: isText, ran: isFlag, enabled: isFlag, systemd: isFlag, script: orNull(isPath) })),
  directories: listOf(hasAll({ path: isPath, mode: isNumber, uid: isNumber, gid: isNumber, archived: orNone(isFlag) })),
};

const REPORT: Record<string, Test> = { outcome: isText, warnings: listOf(hasAll({ code: isText })) };

const ENTRY: Record<string, Test> = {
  event: isText,
  step: orNone(isText),
  touches: orNone(listOf(isText)),
  status: orNone(isText),
  left: orNone((value) => isObject(value) && Object.values(value).every(orNull(isText))),
};

/** @throws Error that says what is wrong, as a phrase after the path */
function parse<T>(text: string, schema: string, form: Record<string, Test>): T {
  const value: unknown = JSON.parse(text);
  if (!isObject(value) || value.schema !== schema) throw new Error(`it is not of the form ${schema}`);
  for (const [key, test] of Object.entries(form)) {
    if (!test(Object.hasOwn(value, key) ? value[key] : undefined))
      throw new Error(`its "${key}" is not as a run writes it`);
  }
  return value as T;
}

/** @throws Error */
export function parsePlan(text: string): Plan {
  return parse(text, 'engine-cleanup/plan@1', PLAN);
}

/** @throws Error */
export function parseManifest(text: string): Manifest {
  return parse(text, 'engine-cleanup/backup@1', MANIFEST);
}

/** @throws Error */
export function parseReport(text: string): Report {
  return parse(text, 'engine-cleanup/report@1', REPORT);
}

/** Whether a file that is written whole was not: a full disk or a kill left nothing of it, or a part that no reader takes for JSON. */
export function isCutOff(text: string): boolean {
  try {
    JSON.parse(text);
    return false;
  } catch {
    return true;
  }
}

/** The entries of a journal. A killed run may have left half a line at the end; before it there is none. @throws Error */
export function parseJournal(text: string): JournalEntry[] {
  const lines = text.split('\n');
  const entries: JournalEntry[] = [];
  for (const [index, line] of lines.entries()) {
    if (line === '') continue;
    let entry: unknown;
    try {
      entry = JSON.parse(line);
    } catch {
      if (index === lines.length - 1) break;
    }
    if (!hasAll(ENTRY)(entry)) throw new Error(`its line ${index + 1} is not as a run writes it`);
    entries.push(entry as JournalEntry);
  }
  return entries;
}

/** Every text in a value. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** What an entry speaks of that its step does not; null: nothing. */
function strange({ touches = [], left = {} }: JournalEntry, step: Step): string | null {
  const known = new Set(textsIn(step));
  return [...touches, ...Object.keys(left)].find((one) => !known.has(one)) ?? null;
}

/** Why journal and plan of a run do not belong together, as a phrase after the path of the journal; null if they do. */
export function misfit(plan: Plan, journal: readonly JournalEntry[], report: Report | null): string | null {
  const steps = new Map(plan.steps.map((step) => [step.id, step]));
  const begun = new Set<string>();
  for (const entry of journal) {
    const { event, step: id } = entry;
    if (event !== 'begin' && event !== 'end') continue;
    const step = id === undefined ? undefined : steps.get(id);
    if (step === undefined) return `it names a step "${id}" that the plan of the run does not have`;
    const other = strange(entry, step);
    if (other !== null) return `it names ${other}, which its step "${id}" does not`;
    if (event === 'begin') begun.add(step.id);
    // What fails before it begins has an end only.
    else if (entry.status === 'done' && !begun.has(step.id)) return `its step "${id}" ended without a beginning`;
  }
  // The report is written after the journal, and says so where that could not be written whole.
  const told = report?.warnings.some(({ code }) => code === 'run-directory') ?? true;
  return told || journal.some(({ event }) => event === 'run-end') ? null : 'its end is missing';
}
