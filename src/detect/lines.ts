/** Lines that setup wrote into files of others and that are still there. Only reads. */
import { createHash } from 'node:crypto';
import { messageOf } from '../model/errors.ts';
import type { LineEdit, LineFact } from '../model/facts.ts';
import type { ComponentId, LineRule } from '../model/layout.ts';
import { isPlainPath, realPath } from '../model/paths.ts';
import type { DetectContext } from './context.ts';
import { pathsOf } from './look.ts';
import { editsByRules, findEdits } from './read/lines.ts';
import type { MergedRecord } from './read/record.ts';

type Timing = Pick<LineFact, 'phase' | 'keep'>;

interface Wanted extends Timing {
  path: string;
  component: ComponentId;
  edits: LineEdit[];
  why: Set<string>;
}

async function text(context: DetectContext, path: string): Promise<string | null> {
  try {
    const stat = await context.host.files.stat(path);
    if (stat === null) return null;
    if (stat.identity.type !== 'file') {
      context.note(
        'linked-file',
        `${realPath(context.root, path)} is no regular file: lines of setup in it are not looked for, and stay.`,
      );
      return null;
    }
    // Bytes as latin1: whatever is in the rest of the file comes back as it was.
    return (await context.host.files.readBytes(path))?.toString('latin1') ?? null;
  } catch (error) {
    context.note('unreadable', messageOf(error));
    return null;
  }
}

/** The oldest of the copies that setup made before it wrote over lines; null where there is none. */
async function oldestCopy(context: DetectContext, { replaced }: LineRule): Promise<string | null> {
  const [oldest] = replaced === undefined ? [] : await pathsOf(context, replaced.copies);
  return oldest === undefined ? null : text(context, oldest);
}

/** Finds the edits still to be undone, by the records and by the lines that are known without one. */
export async function findLines(context: DetectContext, records: MergedRecord): Promise<LineFact[]> {
  const wanted: Wanted[] = [];
  const add = (path: string, component: ComponentId, edits: LineEdit[], why: string, { phase, keep }: Timing): void => {
    let one = wanted.find((known) => known.path === path && known.phase === phase && known.keep === keep);
    if (one === undefined) {
      one = { path, component, edits: [], why: new Set(), ...(phase ? { phase } : {}), ...(keep ? { keep } : {}) };
      wanted.push(one);
    }
    one.edits.push(...edits);
    one.why.add(why);
  };
  const texts = new Map<string, string>();
  const read = async (path: string): Promise<string | null> => {
    const content = texts.get(path) ?? (await text(context, path));
    if (content !== null) texts.set(path, content);
    return content;
  };
  for (const { path, edits } of records.lines) {
    const content = isPlainPath(path) ? await read(path) : null;
    const found = content === null ? [] : findEdits(content, edits);
    if (found.length > 0) add(path, context.layout.main, found, 'recorded by setup', {});
  }
  for (const { id, lines } of context.layout.components) {
    for (const rule of lines ?? []) {
      for (const path of await pathsOf(context, rule.path)) {
        const content = await read(path);
        if (content === null) continue;
        const known = wanted.filter((one) => one.path === path).flatMap(({ edits }) => edits);
        const found = editsByRules(content, [rule], await oldestCopy(context, rule)).filter(
          (edit) => !known.some(({ added }) => added?.trim() === edit.added?.trim()),
        );
        if (found.length > 0) add(path, id, found, rule.why, rule);
      }
    }
  }
  const facts: LineFact[] = [];
  for (const { why, ...one } of wanted) {
    const stat = await context.host.files.stat(one.path);
    if (stat === null) continue;
    const sha256 = createHash('sha256')
      .update(Buffer.from(texts.get(one.path) ?? '', 'latin1'))
      .digest('hex');
    facts.push({ ...one, identity: stat.identity, sha256, why: [...why].join('; ') });
  }
  return facts.sort((a, b) => (a.path < b.path ? -1 : 1));
}
