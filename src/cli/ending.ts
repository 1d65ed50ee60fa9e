/** What an error that ended a run means for whoever started it. Pure. */
import {
  BusyError,
  HostError,
  hintOf,
  InterruptedError,
  isSystemError,
  messageOf,
  type Refusal,
  UsageError,
} from '../model/errors.ts';
import type { Outcome } from '../model/outcome.ts';

/** The parts of a report that an error decides. */
export interface End {
  outcome: Outcome;
  error?: { message: string; hint: string | null };
  refusals?: Refusal[];
}

const UNWRITABLE = ['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM'];

/** Says that nothing was changed, unless the message does. */
export function unchanged(message: string): string {
  return message.includes('Nothing was changed') ? message : `${message.replace(/[.!]?$/, '.')} Nothing was changed.`;
}

function refusalOf(error: Error, message: string): Refusal {
  const unwritable = isSystemError(error) && UNWRITABLE.includes(error.code ?? '');
  return {
    check: unwritable ? 'unwritable' : 'unreadable',
    message: unchanged(message),
    hint: hintOf(error) ?? 'Mend that, then run this again.',
    forcible: false,
  };
}

/**
 * How a run ended that threw. `begun`: a step was begun. Before the first step what could not be read or made is a reason not to start;
 * after it, the run is incomplete.
 */
export function endOf(error: unknown, how: { begun: boolean; log: string; redact: (text: string) => string }): End {
  const message = how.redact(messageOf(error));
  const shown = { message, hint: hintOf(error) };
  if (error instanceof InterruptedError) return { outcome: 'interrupted' };
  if (error instanceof BusyError) return { outcome: 'busy', error: shown };
  if (error instanceof UsageError) return { outcome: 'usage', error: shown };
  if (error instanceof HostError || isSystemError(error)) {
    if (how.begun) return { outcome: 'incomplete', error: shown };
    return { outcome: 'refused', refusals: [refusalOf(error, message)] };
  }
  const where = how.log === '' ? 'the command line' : `the log ${how.log}`;
  return { outcome: 'internal', error: { message, hint: `This is a bug: please report it with ${where}.` } };
}
