/** Looking where something may be, without stopping where that cannot be done: it is noted, and the run goes on with what it sees. */
import { HostError, messageOf } from '../model/errors.ts';
import { isPattern } from '../model/patterns.ts';
import type { DetectContext } from './context.ts';

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

/**
 * Bytes of a file that must be readable if it is there: without it nothing can be said about the host. One that is there but cannot be read is not absent: it is a reason
 * not to start.
 */
export async function mustReadBytes(context: DetectContext, path: string): Promise<Buffer | null> {
  try {
    return await context.host.files.readBytes(path);
  } catch (error) {
    const hint = error instanceof HostError ? error.hint : 'See the log.';
    context.fault({ check: 'unreadable', message: `${messageOf(error)} Nothing was changed.`, hint, forcible: false });
    return null;
  }
}

/** The same as text. */
export async function mustRead(context: DetectContext, path: string): Promise<string | null> {
  return (await mustReadBytes(context, path))?.toString('utf8') ?? null;
}

/** Text of a file that others may stand in for: what cannot be read is noted and passed over. */
export async function textOf(context: DetectContext, path: string): Promise<string | null> {
  try {
    return await context.host.files.readText(path);
  } catch (error) {
    context.note('unreadable', messageOf(error));
    return null;
  }
}

/** When a file was last written, ms since the epoch; 0 if it is gone. */
export async function changedAt(context: DetectContext, path: string): Promise<number> {
  return (await context.host.files.stat(path))?.identity.mtimeMs ?? 0;
}
