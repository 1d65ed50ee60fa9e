/** Removing, resetting and reverting files, in the order of the phases. Pure. */
import type { Facts, FileFact, Identity, LineFact } from '../model/facts.ts';
import type { Phase } from '../model/layout.ts';
import { nameOf, parentOf, realPath } from '../model/paths.ts';
import type { PlannedFile } from '../model/plan.ts';
import type { StepList } from './build.ts';
import type { FileDecisions } from './files.ts';

const TITLES: Record<Phase, string> = {
  keystores: 'keys, certificates and keystores',
  ca: 'the CA certificate, last of the PKI',
  links: 'links',
  'drop-ins': "setup's configuration",
  state: 'state and left-over copies',
  records: 'uninstall records',
  marker: 'the post-install marker',
  'credential-copies': 'copies of database credentials',
  credentials: 'files that hold database credentials',
};

function commonDirectory(paths: readonly string[]): string {
  const split = paths.map((path) => parentOf(path).split('/'));
  const first = split[0] ?? [''];
  let length = first.length;
  for (const parts of split) {
    let same = 0;
    while (same < length && parts[same] === first[same]) same += 1;
    length = same;
  }
  return first.slice(0, length).join('/') || '/';
}

/** Real path of the one file, or of the directory that all have in common. */
function target(root: string, paths: readonly string[]): string {
  return realPath(root, paths.length === 1 ? paths[0]! : commonDirectory(paths));
}

function title(verb: string, count: number, what: string): string {
  return count === 1 ? `${verb} ${what} (1 file)` : `${verb} ${what} (${count} files)`;
}

/** Adds the removal of one phase; nothing if the phase has no files. */
export function planPhase(
  facts: Facts,
  list: StepList,
  phase: Phase,
  decisions: FileDecisions,
  needs: readonly string[],
): string[] {
  const files = decisions.remove.get(phase) ?? [];
  if (files.length === 0) return [];
  return [
    list.add(
      {
        kind: 'files-remove',
        id: `remove:${phase}`,
        title: title('Remove', files.length, TITLES[phase]),
        target: target(
          facts.root,
          files.map(({ path }) => path),
        ),
        destructive: true,
        files,
      },
      needs,
    ),
  ];
}

/** Undoes what setup wrote into files of others: what holds credentials at its own time. */
export function planReverts(
  facts: Facts,
  list: StepList,
  { lines }: FileDecisions,
  when: LineFact['phase'],
  needs: readonly string[],
): string[] {
  const now = lines.filter(({ phase }) => phase === when);
  return now.map(({ path, sha256, edits, phase }) =>
    list.add(
      {
        kind: 'lines-revert',
        id: phase === undefined ? `revert:${path}` : `revert:${phase}:${path}`,
        title: `Revert ${edits.length === 1 ? '1 line' : `${edits.length} lines`} of setup in ${path}`,
        target: realPath(facts.root, path),
        destructive: true,
        path,
        sha256,
        edits,
      },
      needs,
    ),
  );
}

/** Takes setup's section out of password files that hold other people's lines too. */
export function planSections(facts: Facts, list: StepList, files: readonly FileFact[], needs: readonly string[]): void {
  for (const { path, component, section } of files) {
    if (!section) continue;
    list.add(
      {
        kind: 'section-remove',
        id: `remove:section:${path}`,
        title: `Take setup's database logins out of ${path}`,
        target: realPath(facts.root, path),
        destructive: true,
        path,
        component,
        sha256: section.sha256,
      },
      needs,
    );
  }
}

/** A configuration file of a package, and what gives it its content again. */
export interface PutBack {
  path: string;
  identity: Identity | null;
  from: string;
}

/** Files of packages that setup had written over; and where a component is kept with what it left behind, its configuration, which went with the package. */
export function putBacksOf(facts: Facts, { reset }: FileDecisions, keepsDatabases: boolean): PutBack[] {
  const written = new Map(facts.files.map(({ path, original }) => [path, original]));
  const originals = reset.flatMap(({ path, identity }) => {
    const from = written.get(path);
    return from === undefined ? [] : [{ path, identity, from }];
  });
  const aside = facts.hollow.flatMap(({ config, aside: from }) => (from === null ? [] : [{ ...config, from }]));
  return keepsDatabases ? [...originals, ...aside] : originals;
}

export function planPutBacks(
  facts: Facts,
  list: StepList,
  files: readonly PutBack[],
  needs: readonly string[],
): string[] {
  return files.map(({ path, identity, from }) =>
    list.add(
      {
        kind: 'file-put-back',
        id: `put-back:${path}`,
        title: `Put back ${realPath(facts.root, path)} as it is in ${nameOf(from)}`,
        target: realPath(facts.root, path),
        destructive: identity !== null,
        from,
        path,
        identity,
      },
      needs,
    ),
  );
}

/** Puts package files that setup fills back to what the package brings. */
export function planResets(facts: Facts, list: StepList, files: PlannedFile[], needs: readonly string[]): string[] {
  if (files.length === 0) return [];
  return [
    list.add(
      {
        kind: 'files-reset',
        id: 'reset:packaged',
        title: title('Reset', files.length, 'package files that setup filled'),
        target: target(
          facts.root,
          files.map(({ path }) => path),
        ),
        destructive: true,
        files,
      },
      needs,
    ),
  ];
}

/** Everything that is removed. `records`: setup's records, where none is written anew. */
export function removedPaths({ remove }: FileDecisions, records: readonly string[]): Set<string> {
  return new Set([...[...remove.values()].flat().map(({ path }) => path), ...records]);
}

/** Directories setup made and that will be empty, children first. `removed`: what goes before them. */
export function emptiedDirectories({ directories }: Facts, removed: ReadonlySet<string>): string[] {
  const gone = new Set(removed);
  const paths: string[] = [];
  const deepestFirst = [...directories].sort((a, b) => b.path.split('/').length - a.path.split('/').length);
  for (const { path, entries } of deepestFirst) {
    if (!entries.every((name) => gone.has(`${path}/${name}`))) continue;
    gone.add(path);
    paths.push(path);
  }
  return paths;
}

export function planDirectories(
  root: string,
  paths: readonly string[],
  list: StepList,
  needs: readonly string[],
): void {
  if (paths.length === 0) return;
  list.add(
    {
      kind: 'dirs-remove',
      id: 'remove:directories',
      title:
        paths.length === 1
          ? 'Remove a directory of setup, now empty'
          : `Remove ${paths.length} directories of setup, now empty`,
      target: target(root, paths),
      destructive: false,
      paths: [...paths],
    },
    needs,
  );
}
