/** Looking where something may be, without stopping where that cannot be done: it is noted, and the run goes on with what it sees. */
import { messageOf } from '../model/errors.ts';
import type { DetectContext } from './context.ts';
import { isPattern } from './glob.ts';

/** Names in a directory; none if it does not exist or cannot be looked into. */
export async function namesIn(context: DetectContext, dir: string): Promise<string[]> {
  try {
    return (await context.host.files.list(dir)) ?? [];
  } catch (error) {
    context.note('unreadable', messageOf(error));
    return [];
  }
}

/** The host paths a rule's path stands for: those that match a pattern, or the path itself whether or not it exists. */
export async function pathsOf(context: DetectContext, path: string): Promise<string[]> {
  if (!isPattern(path)) return [path];
  try {
    return await context.host.files.glob(path);
  } catch (error) {
    context.note('unreadable', messageOf(error));
    return [];
  }
}
