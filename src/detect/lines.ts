/** Lines that setup wrote into files of others and that are still there. Only reads. */
import { createHash } from 'node:crypto';
import { messageOf } from '../model/errors.ts';
import type { LineEdit, LineFact } from '../model/facts.ts';
import type { ComponentId } from '../model/layout.ts';
import { isPlainPath, realPath } from '../model/paths.ts';
import type { DetectContext } from './context.ts';
import { pathsOf } from './look.ts';
import { editsByRules, findEdits } from './read/lines.ts';
import type { MergedRecord } from './read/record.ts';

interface Wanted {
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

/** Finds the edits still to be undone, by the records and by the lines that are known without one. */
export async function findLines(context: DetectContext, records: MergedRecord): Promise<LineFact[]> {
  const wanted = new Map<string, Wanted>();
  const entry = (path: string, component: ComponentId): Wanted => {
    const known = wanted.get(path) ?? { component, edits: [], why: new Set<string>() };
    wanted.set(path, known);
    return known;
  };
  const texts = new Map<string, string>();
  for (const { path, edits } of records.lines) {
    if (!isPlainPath(path)) continue;
    const content = texts.get(path) ?? (await text(context, path));
    if (content === null) continue;
    texts.set(path, content);
    const found = findEdits(content, edits);
    if (found.length === 0) continue;
    const one = entry(path, context.layout.main);
    one.edits.push(...found);
    one.why.add('recorded by setup');
  }
  for (const { id, lines } of context.layout.components) {
    for (const rule of lines ?? []) {
      for (const path of await pathsOf(context, rule.path)) {
        const content = texts.get(path) ?? (await text(context, path));
        if (content === null) continue;
        texts.set(path, content);
        const known = wanted.get(path)?.edits ?? [];
        const found = editsByRules(content, [rule]).filter(
          (edit) => !known.some(({ added }) => added?.trim() === edit.added?.trim()),
        );
        if (found.length === 0) continue;
        const one = entry(path, id);
        one.edits.push(...found);
        one.why.add(rule.why);
      }
    }
  }
  const facts: LineFact[] = [];
  for (const [path, { component, edits, why }] of wanted) {
    const stat = await context.host.files.stat(path);
    if (stat === null) continue;
    const sha256 = createHash('sha256')
      .update(Buffer.from(texts.get(path) ?? '', 'latin1'))
      .digest('hex');
    facts.push({ path, identity: stat.identity, sha256, component, edits, why: [...why].join('; ') });
  }
  return facts.sort((a, b) => (a.path < b.path ? -1 : 1));
}
