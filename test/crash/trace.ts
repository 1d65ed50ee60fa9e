/** What a run that was not killed traced of itself. */
import { readFileSync } from 'node:fs';
import type { TracedStep } from './kill-points.ts';

export function tracedSteps(path: string): TracedStep[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as TracedStep);
}
