/** Reloading the web server. Pure. */
import type { Facts } from '../model/facts.ts';
import type { Layout } from '../model/layout.ts';
import { isBelow } from '../model/paths.ts';
import type { StepList } from './build.ts';

/**
 * The web server is reloaded when its configuration or certificates went; it is not ours, so it is neither stopped nor started.
 * @param owed an earlier run was to reload it
 */
export function planReload(
  facts: Facts,
  layout: Layout,
  list: StepList,
  removed: ReadonlySet<string>,
  owed: boolean,
): void {
  const { webServer } = facts;
  if (!webServer?.active) return;
  const isRead = (path: string): boolean => layout.webServer.reads.some((dir) => isBelow(path, dir));
  const reverts = list.steps.flatMap((step) => (step.kind === 'lines-revert' && isRead(step.path) ? [step.id] : []));
  if (reverts.length === 0 && ![...removed].some(isRead) && !owed) return;
  list.add(
    {
      kind: 'web-server-reload',
      id: `reload:${webServer.unit}`,
      title: `Reload ${webServer.unit}, whose configuration changed`,
      target: webServer.unit,
      destructive: false,
      unit: webServer.unit,
    },
    [...reverts, ...list.ids('files-remove')],
  );
}
