/** What `systemctl show` says of units, in one call for all of them. */
import { HostError } from '../../model/errors.ts';
import { runOrFail } from '../process.ts';

/** One unit's properties (org.freedesktop.systemd1(5)). A property this systemd does not know is absent. */
export type Properties = Readonly<Record<string, string>>;

const ASKED = [
  ...['LoadState', 'ActiveState', 'UnitFileState', 'Result', 'MainPID', 'ControlPID', 'SourcePath', 'Job'],
  // Units that start it: a socket or timer, or one that holds it up (Upholds=, since 249).
  ...['TriggeredBy', 'UpheldBy'],
];

/** The properties of each unit, in the order asked for. A unit that does not exist has the LoadState `not-found`. */
export async function showUnits(names: readonly string[], timeoutMs: number): Promise<Properties[]> {
  if (names.length === 0) return [];
  const args = ['show', '--no-pager', `--property=${ASKED.join(',')}`, '--', ...names];
  const text = await runOrFail('systemctl', args, {
    purpose: 'ask for the state of units',
    timeoutMs,
    hint: 'See whether "systemctl status" answers, then run this again.',
  });
  const blocks = text.trimEnd().split('\n\n');
  if (blocks.length === names.length) return blocks.map(propertiesOf);
  throw new HostError(`systemctl answered for ${blocks.length} units where ${names.length} were asked for.`, {
    hint: 'See whether "systemctl status" answers, then run this again.',
  });
}

function propertiesOf(block: string): Properties {
  const lines = block.split('\n').filter((line) => line.includes('='));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

/** Anything but at rest: also a unit that comes up, goes down, reloads, or waits for its next start. */
export function isActive({ ActiveState }: Properties): boolean {
  return ActiveState !== 'inactive' && ActiveState !== 'failed';
}

/**
 * It failed, and systemd is about to start it once more: without end. One that systemd has given up on (its start limit was hit) is no longer in a loop: it stands
 * still, and can be started again by the time setup does.
 */
export function isFailedLoop({ ActiveState, Result }: Properties): boolean {
  return ActiveState === 'activating' && Result !== 'success';
}

/** Units, other than itself, that may start it at any moment. */
export function starters({ TriggeredBy = '', UpheldBy = '' }: Properties): string[] {
  return `${TriggeredBy} ${UpheldBy}`.split(' ').filter((name) => name !== '');
}

/** Jobs that wait or run, by the name of their unit: `start`, `stop`, `restart` … */
export async function listJobs(timeoutMs: number): Promise<Map<string, string>> {
  const args = ['list-jobs', '--no-pager', '--no-legend', '--plain', '--full'];
  const text = await runOrFail('systemctl', args, {
    purpose: 'ask for the jobs of the service manager',
    timeoutMs,
    hint: 'See whether "systemctl list-jobs" answers, then run this again.',
  });
  const words = text.split('\n').map((line) => line.trim().split(/\s+/));
  return new Map(words.flatMap(([, unit, type]) => (unit && type ? [[unit, type]] : [])));
}
