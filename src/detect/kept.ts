/** What a cleanup leaves on purpose, so that it can be told. Only reads. */
import { HostError, messageOf } from '../model/errors.ts';
import type { FileFact, KeptFact } from '../model/facts.ts';
import type { KeepRule } from '../model/layout.ts';
import { parentOf, realPath } from '../model/paths.ts';
import { shellWord } from '../model/shell.ts';
import type { DetectContext } from './context.ts';
import { isPattern } from './glob.ts';
import { namesIn } from './look.ts';

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

/** Places that the layout names. */
export async function findKept(context: DetectContext): Promise<KeptFact[]> {
  const kept: KeptFact[] = [];
  for (const rule of context.layout.kept) {
    if (isPattern(rule.path)) {
      const dir = parentOf(rule.path);
      kept.push(...keptEntries(context, dir, await namesIn(context, dir), rule));
      continue;
    }
    try {
      if ((await context.host.files.stat(rule.path)) === null) continue;
      const { path, why, removable } = rule;
      const remove = `rm -r ${shellWord(realPath(context.root, path))}/*`;
      kept.push(removable ? { path, why, remove } : { path, why });
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      context.note('unreadable', messageOf(error));
    }
  }
  return kept;
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
