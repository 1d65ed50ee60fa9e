/** Putting the CA and keys back from a copy: which of its files, and the step for it. Pure. */
import type { CopiedFile, Facts } from '../model/facts.ts';
import type { Layout } from '../model/layout.ts';
import { realPath } from '../model/paths.ts';
import type { StepList } from './build.ts';

export interface PkiRestore {
  from: string;
  /** What is put back. */
  files: CopiedFile[];
  /** Host paths of what is there already: it is archived, then written over. */
  overwritten: string[];
  /** Host paths of those that are setup's: from now on they are kept like the rest of the PKI, and recorded as such. */
  kept: string[];
}

/**
 * What the copy gives back. A file of which neither rule nor record says that it is setup's (an administrator's, beside setup's) comes back too, because package removal took it with
 * the tree; but one that is there again by now is not ours to write over.
 */
export function pkiRestoreOf(facts: Facts, from: string | null): PkiRestore | null {
  if (from === null) return null;
  const recorded = new Set(facts.records.entries.map(({ path }) => path));
  const isOurs = ({ known, to }: CopiedFile): boolean => known || recorded.has(to);
  const copied = facts.pki.copies.find(({ path }) => path === from)?.files ?? [];
  const files = copied.filter((file) => file.present === null || isOurs(file));
  return {
    from,
    files,
    overwritten: files.flatMap(({ to, present }) => (present === null ? [] : [to])),
    kept: files.filter(isOurs).map(({ to }) => to),
  };
}

/** Adds the step; nothing where nothing is put back. */
export function planPkiRestore(
  facts: Facts,
  layout: Layout,
  restore: PkiRestore | null,
  list: StepList,
  needs: readonly string[],
): string[] {
  if (restore === null) return [];
  const { from, files, overwritten } = restore;
  return [
    list.add(
      {
        kind: 'pki-restore',
        id: 'restore:pki',
        title: `Put back the CA and keys that package removal copied to ${from}`,
        target: realPath(facts.root, layout.pki.dir),
        destructive: overwritten.length > 0,
        from,
        path: layout.pki.dir,
        files,
      },
      needs,
    ),
  ];
}
