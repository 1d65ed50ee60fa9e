/** The backup of the run that is put back. */
import { join } from 'node:path';
import type { Plan } from '../model/plan.ts';

/** Real path of a member of it. */
export function sourceMember({ restores }: Plan, name: string): string {
  if (!restores) throw new Error('a plan that puts nothing back has a step that does');
  return join(restores.backup, name);
}
