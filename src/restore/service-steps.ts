/** Services: stopped while something under them is put back, enabled and started last, as they were. Pure. */
import type { ServiceBefore } from '../model/backup.ts';
import type { Warning } from '../model/errors.ts';
import type { StepList } from '../plan/build.ts';
import { addDisable, addStops } from '../plan/service-steps.ts';
import type { ServiceEffect } from './effects.ts';
import type { Chain } from './file-steps.ts';
import type { Findings, ServiceFinding } from './findings.ts';
import type { Acts } from './plan.ts';

/**
 * What starts a service again. Below a root the run's word for a script is its proof that the script is about that root. A run below another one has proved nothing here, and from
 * outside a script that ran inside works on the running machine; nor does its systemd manage what is on a disk.
 */
export function starterOf(
  before: ServiceBefore | undefined,
  ranBelow: string,
  root: string,
): Pick<ServiceEffect, 'script' | 'startable'> {
  if (before === undefined) return { script: null, startable: true };
  const script = root === '/' || ranBelow === root ? before.script : null;
  return { script, startable: script !== null || (root === '/' && before.systemd) };
}

/** Something that a service works with is put back or taken away. */
function changesAnything({ files, databases, rows }: Findings, acts: Acts): boolean {
  return [...files.flatMap((group) => group.files), ...databases, ...rows].some(acts);
}

function isStopped(service: ServiceFinding, changes: boolean): boolean {
  return service.state.active && (changes || service.active === false);
}

export function planStops(findings: Findings, acts: Acts, list: StepList): string[] {
  const changes = changesAnything(findings, acts);
  return addStops(
    list,
    findings.services.filter((one) => isStopped(one, changes)).map(({ unit, state }) => ({ ...state, unit })),
  );
}

/** Whether they start at boot. */
export function planBoot({ services }: Findings, list: StepList, chain: Chain): void {
  const needs = chain();
  for (const { unit, enabled, state } of services) {
    if (enabled === undefined || enabled === state.enabled) continue;
    const about = { target: unit, destructive: false, unit };
    if (enabled && state.exists)
      list.add({ kind: 'service-enable', id: `enable:${unit}`, title: `Enable ${unit}`, ...about }, needs);
    if (!enabled) addDisable(list, { ...state, unit }, needs);
  }
}

/**
 * In the reverse order of their stopping; one that does not start keeps no other from it. The web server reads its configuration again before.
 * @param owed an earlier restore was to reload the web server
 */
export function planStarts(findings: Findings, acts: Acts, list: StepList, chain: Chain, owed: boolean): void {
  const changes = changesAnything(findings, acts);
  const needs = chain();
  const { webServer } = findings.effects;
  if (webServer !== null && (changes || owed)) {
    list.add(
      {
        kind: 'web-server-reload',
        id: `reload:${webServer}`,
        title: `Reload ${webServer}`,
        target: webServer,
        destructive: false,
        unit: webServer,
      },
      needs,
    );
  }
  for (const service of [...findings.services].reverse()) {
    const { unit, active, state, script, startable } = service;
    const runs = state.active && !isStopped(service, changes);
    if (active !== true || runs || !startable || !state.exists) continue;
    list.add(
      {
        kind: 'service-start',
        id: `start:${unit}`,
        title: `Start ${unit}`,
        target: unit,
        destructive: false,
        unit,
        script,
      },
      needs,
    );
  }
}

/** What cannot be started or enabled, and is left to the operator. */
export function serviceWarnings({ services }: Findings): Warning[] {
  return services.flatMap(({ unit, active, enabled, startable, state }) => {
    if (active !== true && enabled !== true) return [];
    if (!state.exists && !state.active)
      return { code: 'service', message: `${unit} is not installed any more: it is neither enabled nor started.` };
    if (active === true && !state.active && !startable)
      return {
        code: 'service',
        message: `${unit} ran before, started in a way that is not known here: start it as it was started then.`,
      };
    return [];
  });
}
