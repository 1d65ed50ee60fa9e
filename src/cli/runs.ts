/** The word `runs`: lists earlier runs; with `--prune` the oldest backups go first, where the operator agrees. */
import type { Warning } from '../model/errors.ts';
import type { Outcome } from '../model/outcome.ts';
import type { Report } from '../model/report.ts';
import { makeReport, type ReportInput } from '../report.ts';
import { runsToPrune } from '../restore/prune.ts';
import type { Desk } from './dialogues.ts';
import { PROCEED_QUESTION } from './questions.ts';
import { pruneText } from './render-restore.ts';
import type { Work } from './work.ts';

export interface About {
  root: string;
  /** How many backups stay; null: all. */
  prune: number | null;
  version: string;
  startedAt: number;
}

export async function listAndPrune(
  work: Pick<Work, 'list' | 'prune'>,
  { root, prune, version, startedAt }: About,
  { terminal, log, unattended }: Desk,
): Promise<Report> {
  const runs = work.list(root);
  const made = (outcome: Outcome, more: Partial<ReportInput> = {}): Report =>
    makeReport({ command: 'runs', version, root, outcome, startedAt, runs, ...more });
  const old = prune === null ? [] : runsToPrune(runs, prune);
  if (old.length === 0) return made('ok');
  if (!unattended) {
    terminal.say(pruneText(old));
    if (!(await terminal.ask(PROCEED_QUESTION, { default: false }))) return made('declined');
  }
  const warnings: Warning[] = [];
  for (const id of work.prune(root, old, (warning) => warnings.push(warning)))
    log().line(`removed run ${id} with its backup`);
  return made(warnings.length > 0 ? 'incomplete' : 'ok', { warnings, runs: work.list(root) });
}
