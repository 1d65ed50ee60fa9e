/** How a run can end. One table feeds the program, the manual page and the tests. */

export type Outcome =
  | 'ok'
  | 'nothing-to-do'
  | 'internal'
  | 'usage'
  | 'refused'
  | 'declined'
  | 'incomplete'
  | 'unready'
  | 'busy'
  | 'interrupted';

export interface ExitCode {
  code: number;
  name: string;
  meaning: string;
}

/** Exit codes in the order in which the manual page lists them. */
export const EXIT_CODES: readonly ExitCode[] = [
  { code: 0, name: 'ok', meaning: 'Done, or nothing to do. After a cleanup or verify: engine-setup can be run.' },
  { code: 1, name: 'internal', meaning: 'A bug: an unexpected error. The message names the log.' },
  { code: 2, name: 'usage', meaning: 'The command line or the configuration file is wrong.' },
  {
    code: 3,
    name: 'refused',
    meaning: 'A check found a reason not to start. Nothing was changed, no service was stopped.',
  },
  { code: 4, name: 'declined', meaning: 'The operator said no. Nothing was changed.' },
  {
    code: 5,
    name: 'incomplete',
    meaning:
      'It failed part-way. What is done and what is left is listed; running it again continues. Where nothing was destroyed yet, the services it had stopped run again.',
  },
  { code: 6, name: 'unready', meaning: 'It finished, but something still stands in the way of engine-setup.' },
  {
    code: 75,
    name: 'busy',
    meaning:
      'Another run, a program such as engine-setup, a change of packages or a job of systemd holds the host. Nothing was changed.',
  },
  { code: 129, name: 'interrupted', meaning: 'Stopped by SIGHUP between two steps. Running it again continues.' },
  { code: 130, name: 'interrupted', meaning: 'Stopped by SIGINT between two steps. Running it again continues.' },
  { code: 143, name: 'interrupted', meaning: 'Stopped by SIGTERM between two steps. Running it again continues.' },
];

export type StopSignal = 'SIGHUP' | 'SIGINT' | 'SIGTERM';

const SIGNAL_CODES: Record<StopSignal, number> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

const OUTCOME_CODES: Record<Exclude<Outcome, 'interrupted'>, number> = {
  ok: 0,
  'nothing-to-do': 0,
  internal: 1,
  usage: 2,
  refused: 3,
  declined: 4,
  incomplete: 5,
  unready: 6,
  busy: 75,
};

/** The exit code of an outcome; an interruption is told apart by its signal, as shells do (128 + number). */
export function exitCodeOf(outcome: Outcome, signal: StopSignal = 'SIGINT'): number {
  return outcome === 'interrupted' ? SIGNAL_CODES[signal] : OUTCOME_CODES[outcome];
}
