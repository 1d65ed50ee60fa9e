/** The end of every command: one JSON document, or a text. */
import type { Facts } from '../model/facts.ts';
import type { Plan } from '../model/plan.ts';
import type { Report } from '../model/report.ts';
import { toJson } from './json.ts';
import { renderPlan } from './render-plan.ts';
import { renderError, renderReport } from './render-report.ts';
import type { Terminal } from './terminal.ts';
import type { View } from './view.ts';

export interface Ending {
  report: Report;
  plan: Plan | null;
  facts: Facts | null;
}

/** `below`: something of this run is on the screen already. */
export function show(
  { report, plan, facts }: Ending,
  how: { terminal: Pick<Terminal, 'result' | 'warn'>; view: View; json: boolean; below: boolean },
): void {
  const { terminal, view } = how;
  // Where nothing was looked at, the error is all there is to say.
  const bare = report.error && report.host === null && report.steps.length === 0 ? report.error : null;
  if (bare) terminal.warn(renderError(bare));
  if (how.json) terminal.result(toJson(report));
  else if (report.command === 'plan' && plan !== null && facts !== null)
    terminal.result(`${renderPlan(plan, facts, view)}\n${renderReport(report, plan, view)}`);
  else if (!bare) terminal.result((how.below ? '\n' : '') + renderReport(report, plan, view));
}
