/** Files and directories: backed up where they are replaced, put back in the reverse order of their removal. Pure. */
import { nameOf, parentOf, realPath } from '../model/paths.ts';
import type { PlannedFile, PutFile } from '../model/plan.ts';
import type { StepList } from '../plan/build.ts';
import type { FileFinding, Findings, GroupFinding } from './findings.ts';
import type { Acts } from './plan.ts';

/** What a step depends on: all before it. */
export type Chain = () => string[];

const count = (number: number): string => (number === 1 ? '1 file' : `${number} files`);

function replacedPaths(groups: readonly GroupFinding[], acts: Acts): string[] {
  const present = groups.flatMap(({ files }) => files.filter((file) => acts(file) && file.present !== null));
  return [...new Set(present.map(({ path }) => path))].sort();
}

/** Backs up whatever stands where something is put back or taken away. */
export function planArchives(findings: Findings, acts: Acts, list: StepList, needs: readonly string[]): void {
  for (const outside of [false, true]) {
    const paths = replacedPaths(
      findings.files.filter((group) => group.outside === outside),
      acts,
    );
    const dirs = outside ? [] : findings.madeDirs;
    if (paths.length + dirs.length === 0) continue;
    list.add(
      {
        kind: 'files-archive',
        id: outside ? 'archive:outside' : 'archive:files',
        title: `Back up ${paths.length === 0 ? 'directories that go' : `${count(paths.length)} that ${paths.length === 1 ? 'is' : 'are'} replaced`}${outside ? " in this machine's own /tmp" : ''}`,
        target: outside ? 'outside.tar.gz' : 'files.tar.gz',
        destructive: false,
        paths,
        ...(outside ? { outside } : { dirs }),
      },
      needs,
    );
  }
}

/** Directories that were there before, parents first. */
export function planMakeDirectories({ removedDirs: dirs }: Findings, list: StepList, root: string, chain: Chain): void {
  if (dirs.length === 0) return;
  list.add(
    {
      kind: 'dirs-make',
      id: 'make:directories',
      title: dirs.length === 1 ? 'Make a directory again' : `Make ${dirs.length} directories again`,
      target: realPath(root, dirs[0]!.path),
      destructive: false,
      dirs,
    },
    chain(),
  );
}

function targetOf(files: readonly FileFinding[], outside: boolean, root: string): string {
  const [first] = files;
  const path = files.length === 1 ? first!.path : parentOf(first!.path);
  return outside ? path : realPath(root, path);
}

function planPut(group: GroupFinding, files: readonly FileFinding[], list: StepList, root: string, chain: Chain): void {
  const put = files.flatMap(({ before, present }): PutFile[] => (before === null ? [] : [{ ...before, present }]));
  if (put.length === 0) return;
  list.add(
    {
      kind: 'files-put',
      id: `put:${group.id}`,
      title: `Put back ${group.what} (${count(put.length)})`,
      target: targetOf(files, group.outside, root),
      // From here on the host is no longer as the cleanup left it: what was stopped does not simply start again.
      destructive: true,
      files: put,
      ...(group.outside ? { outside: true } : {}),
    },
    chain(),
  );
}

/** What was not there before. */
function planTake(
  group: GroupFinding,
  files: readonly FileFinding[],
  list: StepList,
  root: string,
  chain: Chain,
): void {
  const why = 'it was not there before';
  const taken = files.flatMap(({ path, before, present }): PlannedFile[] =>
    before === null && present !== null ? [{ path, identity: present, why }] : [],
  );
  if (taken.length === 0) return;
  list.add(
    {
      kind: 'files-remove',
      id: `take:${group.id}`,
      title: `Remove ${group.what} (${count(taken.length)})`,
      target: targetOf(files, group.outside, root),
      destructive: true,
      files: taken,
      ...(group.outside ? { outside: true } : {}),
    },
    chain(),
  );
}

/** One step for each of the run, the last first. */
export function planFiles(findings: Findings, acts: Acts, list: StepList, root: string, chain: Chain): void {
  for (const group of [...findings.files].reverse()) {
    const files = group.files.filter(acts);
    planPut(
      group,
      files.filter(({ before }) => before !== null),
      list,
      root,
      chain,
    );
    planTake(
      group,
      files.filter(({ before }) => before === null),
      list,
      root,
      chain,
    );
  }
}

/** Directories that the run had made, if they are empty then; children first. */
export function planRemoveDirectories({ madeDirs }: Findings, list: StepList, root: string, chain: Chain): void {
  const paths = [...madeDirs].reverse();
  if (paths.length === 0) return;
  list.add(
    {
      kind: 'dirs-remove',
      id: 'remove:directories',
      title:
        paths.length === 1
          ? `Remove the directory ${nameOf(paths[0]!)}, if it is empty`
          : `Remove ${paths.length} directories that are empty then`,
      target: realPath(root, paths.at(-1)!),
      destructive: false,
      paths,
    },
    chain(),
  );
}
