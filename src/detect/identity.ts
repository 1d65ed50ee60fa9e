/** By what the engine's database knows the Data Warehouse of this host. Only reads. */
import type { DetectContext } from './context.ts';
import { textOf } from './look.ts';
import { readDropIns } from './read/drop-in.ts';

/** The identity in the file that the layout names; null where there is none, or no such file. */
export async function findIdentity(context: DetectContext): Promise<string | null> {
  for (const { timekeeping } of context.layout.components) {
    const text = timekeeping ? await textOf(context, timekeeping.identity) : null;
    if (!timekeeping || text === null) continue;
    return readDropIns([{ path: timekeeping.identity, text }]).values.get(timekeeping.key)?.value ?? null;
  }
  return null;
}
