/** The marker and the uninstall records as facts. Only reads. */

import type { FileFact, MarkerFacts, RecordSummary } from '../model/facts.ts';
import { hostPath, nameOf } from '../model/paths.ts';
import type { DetectContext } from './context.ts';
import { mustRead } from './look.ts';
import { readMarker } from './read/otopi.ts';
import { isDamaged } from './read/problem.ts';
import { DATABASES_GONE, type MergedRecord, mergeRecords, parseRecord } from './read/record.ts';

/** The post-install marker, which exists only after a setup that finished. */
export async function findMarker(context: DetectContext): Promise<MarkerFacts | null> {
  const { marker } = context.layout;
  const text = marker === null ? null : await mustRead(context, marker);
  if (marker === null || text === null) return null;
  const { version, values, problems } = readMarker(text, context.layout);
  for (const problem of problems) context.note('marker', `${marker}: ${problem.message}`);
  return { path: marker, version, values };
}

export interface FoundRecords {
  merged: MergedRecord;
  paths: string[];
  empty: string[];
  databasesGone: boolean;
}

/** All uninstall records, oldest first, merged. Paths that contain the root's own prefix (developer mode) are made host paths. */
export async function findRecords(context: DetectContext): Promise<FoundRecords> {
  const { records: dir } = context.layout;
  const names = ((dir === null ? null : await context.host.files.list(dir)) ?? [])
    .filter((name) => name.endsWith('.conf'))
    .sort();
  const parsed = [];
  const empty: string[] = [];
  let gone = 0;
  for (const name of names) {
    const path = `${dir}/${name}`;
    const text = await mustRead(context, path);
    if (text === null) continue;
    if (text.startsWith(DATABASES_GONE)) gone += 1;
    const record = parseRecord(text, path);
    for (const problem of record.problems) context.note('record', `${path}: ${problem.message}`);
    if (isDamaged(record.problems)) {
      context.fault({
        check: 'record',
        message: `The uninstall record ${path} is damaged, so what setup wrote cannot be told for sure. Nothing was changed.`,
        hint: 'Mend the lines the warnings name, or move the record away: known files are found without it.',
        forcible: false,
      });
    }
    if (record.groups.length === 0) empty.push(path);
    parsed.push({
      ...record,
      groups: record.groups.map((group) => ({
        ...group,
        files: group.files.map((file) => ({ ...file, path: hostPath(context.root, file.path) })),
        lines: group.lines.map((line) => ({ ...line, path: hostPath(context.root, line.path) })),
      })),
    });
  }
  const paths = names.map((name) => `${dir}/${name}`);
  return { merged: mergeRecords(parsed), paths, empty, databasesGone: gone > 0 && gone === names.length };
}

/** What the plan needs of the records. */
export async function summarize(context: DetectContext, found: FoundRecords): Promise<RecordSummary> {
  const entries: RecordSummary['entries'] = [];
  for (const { path, hash } of found.merged.files.values()) {
    const digest = hash ? await context.host.files.digest(path, hash.algorithm).catch(() => null) : null;
    entries.push({ path, current: hash !== undefined && digest === hash.hex });
  }
  const lines = found.merged.lines.reduce((sum, { edits }) => sum + edits.length, 0);
  return { paths: found.paths, empty: found.empty, entries, lines, databasesGone: found.databasesGone };
}

/** The record files themselves, which are setup's like what they name. */
export async function recordFiles(context: DetectContext, paths: readonly string[]): Promise<FileFact[]> {
  const files: FileFact[] = [];
  for (const path of paths) {
    const stat = await context.host.files.stat(path);
    if (stat === null) continue;
    const { identity, mode, uid, gid } = stat;
    files.push({
      path,
      identity,
      mode,
      uid,
      gid,
      phase: 'records',
      why: `uninstall record of setup (${nameOf(path).slice(0, 14)})`,
      component: context.layout.main,
      keep: 'database',
      recorded: false,
      changed: false,
      reset: false,
    });
  }
  return files;
}
