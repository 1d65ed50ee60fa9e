/** Nothing may work on a host together with a run: programs of oVirt, a change of packages, a job of the service manager. None of them knows our lock, nor we theirs. */
import type { Host } from './host/port.ts';
import { OTHER_PROGRAMS } from './layouts/programs.ts';
import { BusyError } from './model/errors.ts';

/** Throws a BusyError that names who is at work on the host. */
export function refuseOthers({ programs }: Host): void {
  const [program] = programs.atWork(OTHER_PROGRAMS);
  if (program) {
    throw new BusyError(
      `${program.name} works on this host: process ${program.pid}. Nothing was changed.`,
      `Wait until it has ended, then run engine-cleanup again ("ps -fp ${program.pid}" shows it).`,
    );
  }
  const transaction = programs.packageTransaction();
  if (transaction) {
    throw new BusyError(
      `Packages are being installed or removed on this host: process ${transaction.pid} holds the lock of rpm. Nothing was changed.`,
      `Wait until it has ended, then run engine-cleanup again ("ps -fp ${transaction.pid}" shows it).`,
    );
  }
}

/** Throws a BusyError where the service manager is about to start one of the units, by what was seen of them. */
export function refuseJobs(units: readonly { unit: string; job?: string }[]): void {
  const waiting = units.find(({ job }) => job !== undefined);
  if (waiting === undefined) return;
  const { unit, job } = waiting;
  throw new BusyError(
    `systemd has not ended its job for ${unit} (${job}). Nothing was changed.`,
    `Wait until "systemctl list-jobs" shows none for it, or end it with "systemctl stop ${unit}", then run engine-cleanup again.`,
  );
}

/**
 * Both once more, after the last question, which may have been open for hours: of the units only their jobs are asked for. Throws a BusyError as above, and a HostError
 * where the service manager does not answer.
 */
export async function refuseAgain(host: Host, units: readonly { unit: string }[]): Promise<void> {
  refuseOthers(host);
  refuseJobs(await host.services.jobs(units.map(({ unit }) => unit)));
}
