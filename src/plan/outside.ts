/** Password files of a killed setup outside of the root: the only steps of a plan that leave it. Pure. */
import type { Facts } from '../model/facts.ts';
import { mayBeRemoved, OUTSIDE } from '../model/outside.ts';
import type { PlannedFile } from '../model/plan.ts';
import type { StepList } from './build.ts';

const WHY = "password file of a killed setup, the caller's own, that names this installation's database";

/** Those that go. The plan relies on nobody: what may leave the root is judged here once more. */
export function outsideOf(facts: Facts): PlannedFile[] {
  return facts.outside
    .filter((file) => mayBeRemoved(file, facts))
    .map(({ path, identity, uid, names }) => ({ path, identity, why: WHY, still: { uid, names } }));
}

function count(files: readonly PlannedFile[]): string {
  return files.length === 1 ? '1 password file' : `${files.length} password files`;
}

/** An archive of their own: its names begin at the root of the machine. */
export function planOutsideArchive(files: readonly PlannedFile[], list: StepList, needs: readonly string[]): void {
  if (files.length === 0) return;
  list.add(
    {
      kind: 'files-archive',
      id: 'archive:outside',
      title: `Back up ${count(files)} outside of the root`,
      target: 'outside.tar.gz',
      destructive: false,
      paths: files.map(({ path }) => path),
      outside: true,
    },
    needs,
  );
}

/** They go with the copies of credentials, before the files that setup itself reads: these tell the next run whose they are. */
export function planOutsideRemoval(files: PlannedFile[], list: StepList, needs: readonly string[]): string[] {
  const [first] = files;
  if (first === undefined) return [];
  return [
    list.add(
      {
        kind: 'files-remove',
        id: 'remove:outside',
        title: `Remove ${count(files)} of a killed setup from this machine's own ${OUTSIDE}, outside of the root`,
        target: files.length === 1 ? first.path : OUTSIDE,
        destructive: true,
        files,
        outside: true,
      },
      needs,
    ),
  ];
}
