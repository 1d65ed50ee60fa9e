/** Values that engine-setup reads from the post-install marker, or misses there. Pure. */
import type { Facts } from '../model/facts.ts';
import type { Layout } from '../model/layout.ts';
import { nameOf, realPath } from '../model/paths.ts';
import type { Check } from '../model/report.ts';
import { cleanupCommand, isUpgrade, mainDatabase, obstacle, passed } from './check.ts';

/** Beside a full database setup does not ask whether the main component belongs here: the marker says so, or the name in a drop-in. */
function checkEnabled({ marker, files }: Facts, { main, markerTraps }: Layout): Check[] {
  const { enabled } = markerTraps;
  if (enabled === null) return [];
  const said = marker?.values[enabled.key] ?? null;
  if (said !== null || files.some(({ path }) => path === enabled.dropIn)) return [];
  return [
    obstacle(
      `${main}-enable`,
      `The ${main} database is full, but neither the marker nor ${nameOf(enabled.dropIn)} says that the ${main} is set up here: releases up to ${enabled.silentUntil} then leave it silently unconfigured.`,
      `Give engine-setup an answer file with ${enabled.key}=bool:True.`,
    ),
  ];
}

/** Setup adds its network provider unless the marker names one, or says that none is wanted; a second one of the same name it refuses. */
function checkProvider(facts: Facts, layout: Layout): Check[] {
  const { provider } = layout.markerTraps;
  const values = facts.marker?.values ?? {};
  const id = mainDatabase(facts, layout)?.content?.ovnProvider ?? null;
  if (provider === null || id === null || values[provider.key] === false || values[provider.idKey]) return [];
  return [
    obstacle(
      'ovn-provider',
      `The ${layout.main} database holds a provider "${provider.name}", but ${facts.marker === null ? 'no marker names it' : 'the marker does not name it'}: engine-setup would add a second one, and stops.`,
      `Give engine-setup an answer file with ${provider.idKey}=str:${id}, or with ${provider.key}=bool:False if OVN shall not be configured again.`,
    ),
  ];
}

/** Values of an earlier run that would mislead setup, and those it cannot do without. */
export function checkMarker(facts: Facts, layout: Layout): Check[] {
  const { marker } = facts;
  const { webServer, provider } = layout.markerTraps;
  const upgrade = isUpgrade(facts, layout);
  const checks = upgrade ? [...checkEnabled(facts, layout), ...checkProvider(facts, layout)] : [];
  if (webServer !== null && marker?.values[webServer] === true && facts.sslConf === 'plain') {
    checks.push(
      obstacle(
        'marker-apache',
        `The marker says that the web server is configured, but ${nameOf(layout.webServer.config)} does not use the engine's certificates: engine-setup would not configure it again.`,
        `Run "${cleanupCommand(facts)}", or take ${webServer} out of ${realPath(facts.root, marker.path)}.`,
      ),
    );
  }
  if (!upgrade && provider !== null && typeof marker?.values[provider.idKey] === 'string') {
    checks.push(
      obstacle(
        'marker-ovn',
        'The marker names an OVN provider, but the database is new: engine-setup would never add the provider.',
        'Run engine-cleanup without -d: it removes the marker.',
      ),
    );
  }
  if (checks.length > 0) return checks;
  return [
    passed(
      'marker',
      marker === null ? 'no marker of an earlier setup' : 'the marker of the earlier setup fits the host',
    ),
  ];
}
