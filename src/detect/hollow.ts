/** Components that setup takes for configured by what they left behind, though their configuration is not setup's. Only reads. */
import type { Files } from '../host/port.ts';
import { HostError } from '../model/errors.ts';
import type { HollowFact } from '../model/facts.ts';
import type { ComponentLayout } from '../model/layout.ts';
import type { DetectContext } from './context.ts';
import { ASIDE } from './read/copies.ts';

async function found(files: Files, path: string): Promise<HollowFact['config']> {
  return { path, identity: (await files.stat(path))?.identity ?? null };
}

async function look(
  { host: { files } }: DetectContext,
  { state, configs, ours }: NonNullable<ComponentLayout['configuredBy']>,
): Promise<Omit<HollowFact, 'component'> | null> {
  try {
    const left = state === null ? null : await files.stat(state);
    if (state !== null && (left === null || left.identity.size === 0)) return null;
    const isOurs = async (path: string): Promise<boolean> => ours.test((await files.readText(path)) ?? '');
    for (const path of configs) if (await isOurs(path)) return null;
    for (const path of configs)
      if (await isOurs(path + ASIDE)) return { config: await found(files, path), aside: path + ASIDE };
    return { config: await found(files, configs[0]), aside: null };
  } catch (error) {
    // Nothing can be told of another product's file that cannot be read, and nothing of ours depends on it.
    if (error instanceof HostError) return null;
    throw error;
  }
}

/** What they left behind is there and not empty, and what setup would have written is not. Of a database that is judged by whoever knows its content. */
export async function findHollow(context: DetectContext): Promise<HollowFact[]> {
  const found: HollowFact[] = [];
  for (const { id, configuredBy } of context.layout.components) {
    const fact = configuredBy ? await look(context, configuredBy) : null;
    if (fact !== null) found.push({ component: id, ...fact });
  }
  return found;
}
