/** Components that setup takes for configured by what they left behind, though their configuration is not setup's. Only reads. */
import { HostError } from '../model/errors.ts';
import type { ComponentId, ComponentLayout } from '../model/layout.ts';
import type { DetectContext } from './context.ts';

async function isHollow({ host }: DetectContext, trap: NonNullable<ComponentLayout['configuredBy']>): Promise<boolean> {
  try {
    const state = trap.state === null ? null : await host.files.stat(trap.state);
    if (trap.state !== null && (state === null || state.identity.size === 0)) return false;
    for (const path of trap.configs) if (trap.ours.test((await host.files.readText(path)) ?? '')) return false;
    return true;
  } catch (error) {
    // Nothing can be told of another product's file that cannot be read, and nothing of ours depends on it.
    if (error instanceof HostError) return false;
    throw error;
  }
}

/** What they left behind is there and not empty, and what setup would have written is not. Of a database that is judged by whoever knows its content. */
export async function findHollow(context: DetectContext): Promise<ComponentId[]> {
  const found: ComponentId[] = [];
  for (const { id, configuredBy } of context.layout.components)
    if (configuredBy && (await isHollow(context, configuredBy))) found.push(id);
  return found;
}
