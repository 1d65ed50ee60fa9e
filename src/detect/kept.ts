/** What a cleanup leaves on purpose, so that it can be told. Only reads. */
import { rulesOf } from '../layouts/index.ts';
import { HostError, messageOf } from '../model/errors.ts';
import type { FileFact, KeptFact, MarkerFacts } from '../model/facts.ts';
import type { KeepRule } from '../model/layout.ts';
import { parentOf, realPath } from '../model/paths.ts';
import { isPattern, matches } from '../model/patterns.ts';
import { shellWord } from '../model/shell.ts';
import type { DetectContext } from './context.ts';
import { namesIn } from './look.ts';
import { baseOfCopy, isPutAside } from './read/copies.ts';

function keptEntries(context: DetectContext, dir: string, names: readonly string[], rule: KeepRule): KeptFact[] {
  const { why, removable } = rule;
  const fact = (path: string, what: string): KeptFact => {
    return removable ? { path, why, remove: `rm -r ${what}` } : { path, why };
  };
  if (rule.each) {
    return names.map((name) => fact(`${dir}/${name}`, shellWord(realPath(context.root, `${dir}/${name}`))));
  }
  // Only the content: the directories themselves belong to packages.
  return names.length === 0 ? [] : [fact(dir, `${shellWord(realPath(context.root, dir))}/*`)];
}

/** One place without a pattern, if it is there and the rule is about this host. */
async function keptPlace(context: DetectContext, { path, why, removable, beside }: KeepRule): Promise<KeptFact | null> {
  const { files } = context.host;
  const stat = await files.stat(path);
  if (stat === null || (beside !== undefined && (await files.stat(beside)) === null)) return null;
  const place = shellWord(realPath(context.root, path));
  // Only the content of a directory: it itself belongs to a package.
  const content = removable === 'files' ? `find ${place} -type f -delete` : `rm -r ${place}/*`;
  const remove = stat.identity.type === 'dir' ? content : `rm ${place}`;
  return removable ? { path, why, remove } : { path, why };
}

/** What setup keeps of a file of somebody else's each time it edits it. An administrator's own copy may have such a name: nobody can tell, and nothing in it is secret. */
async function keptCopies(context: DetectContext): Promise<KeptFact[]> {
  const ours = [...rulesOf(context.layout)].map(({ rule }) => rule.path);
  const edited = context.layout.components.flatMap(({ lines }) => lines ?? []).map(({ path }) => path);
  const patterns = [...new Set(edited)].filter((path) => !ours.includes(path));
  const kept: KeptFact[] = [];
  for (const dir of new Set(patterns.map(parentOf))) {
    for (const name of await namesIn(context, dir)) {
      const copied = baseOfCopy(name);
      const base = `${dir}/${copied}`;
      if (copied === null || name.endsWith('.tmp') || !patterns.some((pattern) => matches(pattern, base))) continue;
      const path = `${dir}/${name}`;
      const why = isPutAside(name)
        ? `${base} as setup had edited it, put aside by the removal of its package`
        : `older copy of ${base}, as setup keeps one whenever it edits that`;
      kept.push({ path, why, remove: `rm ${shellWord(realPath(context.root, path))}` });
    }
  }
  return kept;
}

/** What setup made outside of the file system: the marker names it. */
function keptByName(context: DetectContext, marker: MarkerFacts | null): KeptFact[] {
  return context.layout.keptByName.flatMap(({ key, what, why, remove }) => {
    const value = marker?.values[key];
    const names = typeof value === 'string' ? value.split(',').map((name) => name.trim()) : [];
    return names
      .filter((name) => name !== '')
      .map((name) => {
        const fact = { path: `${what} ${name}`, why };
        // Below another root it is not one of the machine that a command would run on.
        return context.root === '/' ? { ...fact, remove: [...remove, name].map(shellWord).join(' ') } : fact;
      });
  });
}

/** Places that the layout names, and what the marker names. */
export async function findKept(context: DetectContext, marker: MarkerFacts | null): Promise<KeptFact[]> {
  const kept: KeptFact[] = [];
  for (const rule of context.layout.kept) {
    if (isPattern(rule.path)) {
      const dir = parentOf(rule.path);
      kept.push(...keptEntries(context, dir, await namesIn(context, dir), rule));
      continue;
    }
    try {
      const place = await keptPlace(context, rule);
      if (place !== null) kept.push(place);
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      context.note('unreadable', messageOf(error));
    }
  }
  return [...kept, ...(await keptCopies(context)), ...keptByName(context, marker)];
}

/** Files beside setup's own that are not setup's: an administrator's drop-ins and extensions, and those that packages bring. */
export async function findOthers(context: DetectContext, ours: readonly FileFact[]): Promise<KeptFact[]> {
  const known = new Set(ours.map(({ path }) => path));
  const kept: KeptFact[] = [];
  for (const dir of context.layout.shared) {
    for (const name of await namesIn(context, dir)) {
      const path = `${dir}/${name}`;
      if (!known.has(path)) kept.push({ path, why: 'not made by setup' });
    }
  }
  return kept;
}
