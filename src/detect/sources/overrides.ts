/** A drop-in as the service that reads it has it: together with the others of its directory. Only reads. */
import { parentOf, realPath } from '../../model/paths.ts';
import type { DetectContext } from '../context.ts';
import { namesIn, textOf } from '../look.ts';
import { type DropIns, readDropIns } from '../read/drop-in.ts';

/** Everything that is read together with the drop-ins of a directory: the file it belongs to, and all of them. */
async function filesOf(context: DetectContext, dir: string): Promise<{ path: string; text: string }[]> {
  const base = dir.replace(/\.d$/, '');
  const names = (await namesIn(context, dir)).filter((name) => name.endsWith('.conf'));
  const files: { path: string; text: string }[] = [];
  for (const one of [base, ...names.map((name) => `${dir}/${name}`)]) {
    const text = one === base && !base.endsWith('.conf') ? null : await textOf(context, one);
    if (text !== null) files.push({ path: one, text });
  }
  return files;
}

/**
 * The values of setup's drop-in as its reader has them: files of the same directory that come later win, an administrator's among them. What somebody else
 * overrides is noted: the database of the installation is then another one than setup's own file says.
 */
export async function asRead(
  context: DetectContext,
  path: string,
  prefix: string,
  /** Setup's own, which come together with it. */
  own: readonly string[] = [],
): Promise<DropIns['values']> {
  const { values } = readDropIns(await filesOf(context, parentOf(path)));
  const overriding = new Set<string>();
  for (const [key, value] of values)
    if (key.startsWith(prefix) && value.path > path && !own.includes(value.path)) overriding.add(value.path);
  for (const other of overriding) {
    context.note(
      'override',
      `${realPath(context.root, other)} overrides values of ${realPath(context.root, path)}: the database is the one that both together name. That file is not setup's, and stays.`,
    );
  }
  return values;
}
