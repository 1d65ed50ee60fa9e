/** The components beside the engine, in the order in which setup comes to them. */
import type { Component } from '../../base/options.ts';
import type { OtopiRun } from '../run.ts';
import type { ComponentSteps } from './component.ts';
import { dwh } from './dwh.ts';
import { grafana } from './grafana.ts';
import { cinderlib, iso, keycloak, managedBlock, reports, websocketProxyAlone } from './others.ts';
import { ovnProvider } from './ovn.ts';

const STEPS: readonly (readonly [Component, ComponentSteps])[] = [
  ['dwh', dwh],
  ['grafana', grafana],
  ['reports', reports],
  ['keycloak', keycloak],
  ['cinderlib', cinderlib],
  ['managedblock', managedBlock],
  ['ovn-provider', ovnProvider],
  ['iso', iso],
];

/** Those of a run. The websocket proxy beside an engine is part of the engine's own files. */
export function componentsOf(run: OtopiRun): ComponentSteps[] {
  const chosen = STEPS.filter(([name]) => run.components.has(name)).map(([, steps]) => steps);
  const alone = run.components.has('websocket-proxy') && !run.engineEnabled && !run.components.has('engine');
  return alone ? [...chosen, websocketProxyAlone] : chosen;
}
