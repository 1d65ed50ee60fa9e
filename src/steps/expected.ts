/** What a file must still be when a step destroys it. */
import type { Identity } from '../model/facts.ts';
import type { PlannedFile } from '../model/plan.ts';
import type { StepContext } from './context.ts';

/**
 * The file of the plan, with the content of the backup. A service that was stopped after the plan was made may have written to its file once more
 * (Grafana to its database); what was written after the backup is in neither, and is not removed.
 */
export function expected({ path, identity }: PlannedFile, { backup }: Pick<StepContext, 'backup'>): Identity {
  const archived = backup?.archived.get(path);
  return archived ? { ...identity, size: archived.size, mtimeMs: archived.mtimeMs } : identity;
}
