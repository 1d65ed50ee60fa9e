/** How a run talks with its operator: questions, the plan, progress, and all of it in the log. */
import type { Plan } from '../model/plan.ts';
import type { RestoreDialogue } from '../restore/run.ts';
import type { Dialogue } from '../run.ts';
import type { RunLog } from './log.ts';
import { type Display, withLog } from './progress.ts';
import { converse, PROCEED_QUESTION } from './questions.ts';
import { renderPlan } from './render-plan.ts';
import { renderRestorePlan } from './render-restore.ts';
import type { Terminal } from './terminal.ts';
import type { View } from './view.ts';
import type { Witness } from './witness.ts';

export interface Desk {
  terminal: Terminal;
  view: View;
  logView: View;
  display: Display;
  /** The log of now: it is opened when the lock is held. */
  log(): RunLog;
  witness: Witness;
  /** Options that were given, whatever their value. */
  given: ReadonlySet<string>;
  unattended: boolean;
  verbose: boolean;
}

/** @param after what goes on when the last step has ended, for the display */
function progressOf({ display, log, witness }: Desk, after: string | null): Dialogue['progress'] {
  return witness.watch({
    begin: (...step) => withLog(display, log()).begin(...step),
    bytes: (...bytes) => display.bytes(...bytes),
    end: (...step) => {
      withLog(display, log()).end(...step);
      if (after !== null && witness.finished) display.wait(after);
    },
  });
}

function planned({ display, witness, log }: Desk, plan: Plan, text: string): void {
  display.clear();
  witness.plan = plan;
  log().line('the plan:');
  log().block(text);
}

export function cleanupDialogue(desk: Desk): Dialogue {
  const { display, witness, terminal, view, given, logView } = desk;
  return {
    decide: (facts, wishes, replan) => {
      display.clear();
      witness.facts = facts;
      return converse(facts, wishes, replan, { terminal, view, given });
    },
    progress: progressOf(desk, 'Checking what engine-setup will find'),
    planned: (facts, plan) => {
      witness.facts = facts;
      planned(desk, plan, renderPlan(plan, facts, logView));
    },
  };
}

export function restoreDialogue(desk: Desk): RestoreDialogue {
  const { display, terminal, view, unattended, verbose, logView } = desk;
  return {
    confirm: async (plan) => {
      display.clear();
      if (!unattended || verbose) terminal.say(`${renderRestorePlan(plan, view)}\n`);
      return unattended || terminal.ask(PROCEED_QUESTION, { default: false });
    },
    progress: progressOf(desk, null),
    planned: (plan) => planned(desk, plan, renderRestorePlan(plan, logView)),
  };
}
