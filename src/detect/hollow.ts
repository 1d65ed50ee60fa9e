/** Components that setup takes for configured by what they left behind, though their configuration is not setup's. Only reads. */
import { HostError } from '../model/errors.ts';
import type { HollowFact } from '../model/facts.ts';
import type { ComponentLayout } from '../model/layout.ts';
import type { DetectContext } from './context.ts';
import { ASIDE } from './read/copies.ts';

async function look(
  { host: { files } }: DetectContext,
  { state, config, ours }: NonNullable<ComponentLayout['configuredBy']>,
): Promise<Omit<HollowFact, 'component'> | null> {
  try {
    const left = await files.stat(state);
    if (left === null || left.identity.size === 0) return null;
    const text = await files.readText(config);
    if (text !== null && ours.test(text)) return null;
    const identity = (await files.stat(config))?.identity ?? null;
    const aside = ours.test((await files.readText(config + ASIDE)) ?? '') ? config + ASIDE : null;
    return { config: { path: config, identity }, aside };
  } catch (error) {
    // Nothing can be told of another product's file that cannot be read, and nothing of ours depends on it.
    if (error instanceof HostError) return null;
    throw error;
  }
}

/** What they left behind is there and not empty, and what setup would have written is not. */
export async function findHollow(context: DetectContext): Promise<HollowFact[]> {
  const found: HollowFact[] = [];
  for (const { id, configuredBy } of context.layout.components) {
    const fact = configuredBy ? await look(context, configuredBy) : null;
    if (fact !== null) found.push({ component: id, ...fact });
  }
  return found;
}
