/** A run that was killed before it removed anything: no backup is needed to start what it stopped and open what it closed. */
import { join } from 'node:path';
import { survey } from '../backup/survey.ts';
import type { Host } from '../host/port.ts';
import type { Manifest } from '../model/backup.ts';
import type { Refusal, Warning } from '../model/errors.ts';
import type { Plan } from '../model/plan.ts';
import { sqlName } from '../model/sql.ts';
import { hasHeld, holds } from './choose.ts';
import type { ServiceEffect } from './effects.ts';
import type { Findings } from './findings.ts';
import { effectsOf } from './read-steps.ts';
import type { EarlierRun, RunBackup } from './runs.ts';

/** A run with all that a restore reads of it. */
export type Usable = EarlierRun & { plan: Plan; backup: RunBackup & { manifest: Manifest } };

/** It is one, and made no backup that is whole. */
export function isHeldOnly(run: EarlierRun): boolean {
  return hasHeld(run) && run.backup?.state !== 'whole';
}

/** The same run as if it had planned no more than that, with a backup of nothing. The host tells how its services start: nothing of them is gone. */
export async function asHeld(run: EarlierRun & { plan: Plan }, host: Host): Promise<Usable> {
  const plan: Plan = { ...run.plan, steps: run.plan.steps.filter(holds) };
  const manifest: Manifest = {
    schema: 'engine-cleanup/backup@1',
    run: run.id,
    version: '',
    root: plan.root,
    release: plan.release,
    createdAt: run.started,
    planSha256: '',
    databases: [],
    files: [],
    members: [],
    ...(await survey(plan, host, new Set())),
  };
  const dir = run.backup?.dir ?? join(run.path, 'backup');
  return { ...run, plan, backup: { dir, state: 'partial', why: '', sizeBytes: 0, own: true, manifest } };
}

/** What a run had stopped that changed nothing. */
export interface HeldServices {
  stopped: ServiceEffect[];
  /** Units that it had seen stopped. */
  ended: ReadonlySet<string>;
}

/**
 * The services of a run's effects, with those that runs before it had stopped, and which it so found stopped: they run again when it is put back. In the order in which they were stopped.
 * @param held such runs, the oldest first
 */
export function withHeld(services: readonly ServiceEffect[], held: readonly HeldServices[]): ServiceEffect[] {
  const own = (unit: string): boolean => services.some((one) => one.unit === unit && one.active === true);
  const merged = new Map<string, ServiceEffect>();
  for (const { stopped, ended } of held) {
    // What it had stopped ran again: so the host worked in between, with what somebody wanted to run.
    if ([...ended].some(own)) continue;
    for (const { unit, script, startable } of stopped) {
      const known = services.find((one) => one.unit === unit);
      if (known?.active === undefined) merged.set(unit, { ...known, unit, active: true, script, startable });
    }
  }
  return [...merged.values(), ...services.filter(({ unit }) => !merged.has(unit))];
}

export function heldServices(runs: readonly EarlierRun[], host: Host, root: string): Promise<HeldServices[]> {
  return Promise.all(
    (runs as Usable[]).map(async (run) => {
      const { plan, journal, backup } = isHeldOnly(run) ? await asHeld(run, host) : run;
      const stopped = effectsOf(plan, journal, backup.manifest, root).services.filter(({ active }) => active === true);
      const done = journal.flatMap(({ event, status, step }) => (event === 'end' && status === 'done' ? [step] : []));
      const ended = plan.steps.flatMap((step) =>
        step.kind === 'service-stop' && done.includes(step.id) ? [step.unit] : [],
      );
      return { stopped, ended: new Set(ended) };
    }),
  );
}

export function heldWarning({ id }: EarlierRun): Warning {
  return {
    code: 'not-removed',
    message: `Run ${id} ended before it removed anything. There is nothing to put back but what it had stopped or closed. To clean up after all, run engine-cleanup again.`,
  };
}

/** What it left and this restore cannot change: that is not the same as nothing to do. */
export function stillHeld({ id }: EarlierRun, { services, unasked }: Findings): Refusal[] {
  const stopped = services.filter(({ active, state }) => active === true && !state.active).map(({ unit }) => unit);
  const closed = unasked.map(({ database }) => `database "${database}"`);
  if (stopped.length + closed.length === 0) return [];
  const opening = unasked.map(({ database }) => ` ${openingOf(database)}.`).join('');
  return [
    {
      check: 'held',
      message: `Run ${id} ended before it removed anything, and left ${[...stopped, ...closed].join(', ')} stopped or closed. Nothing is known here that could change that. Nothing was changed.`,
      hint: `To work with the host again, start its services as they were started before.${opening} To clean up after all, start engine-cleanup: it goes on with that run.`,
      forcible: false,
    },
  ];
}

/** The way to open a database by hand, as words in a sentence. */
export function openingOf(database: string): string {
  return `To open database "${database}", let a superuser run: ALTER DATABASE ${sqlName(database)} CONNECTION LIMIT -1`;
}
