/** Values that engine-setup reads from the post-install marker, or misses there. Pure. */
import type { Facts } from '../model/facts.ts';
import type { Layout } from '../model/layout.ts';
import { realPath } from '../model/paths.ts';
import type { Check } from '../model/report.ts';
import { cleanupCommand, engineDatabase, isUpgrade, obstacle, passed } from './check.ts';

const ENABLE = 'OVESETUP_ENGINE_CORE/enable';
const APACHE = 'OVESETUP_APACHE/configured';
const OVN = 'OVESETUP_OVN/ovirtProviderOvn';
const OVN_ID = 'OVESETUP_OVN/ovirtProviderOvnId';

/** Beside a full database setup does not ask whether the engine belongs here: the marker says so, or the name in 10-setup-protocols.conf. */
function checkEnabled({ marker, files }: Facts): Check[] {
  const said = marker?.values[ENABLE] ?? null;
  if (said !== null || files.some(({ path }) => path.endsWith('/10-setup-protocols.conf'))) return [];
  return [
    obstacle(
      'engine-enable',
      'The engine database is full, but neither the marker nor 10-setup-protocols.conf says that the engine is set up here: releases up to 4.5.6 then leave it silently unconfigured.',
      `Give engine-setup an answer file with ${ENABLE}=bool:True.`,
    ),
  ];
}

/** Setup adds its OVN provider unless the marker names one, or says that none is wanted; a second one of the same name it refuses. */
function checkOvn(facts: Facts): Check[] {
  const values = facts.marker?.values ?? {};
  const provider = engineDatabase(facts)?.content?.ovnProvider ?? null;
  if (provider === null || values[OVN] === false || values[OVN_ID]) return [];
  return [
    obstacle(
      'ovn-provider',
      `The engine database holds a provider "ovirt-provider-ovn", but ${facts.marker === null ? 'no marker names it' : 'the marker does not name it'}: engine-setup would add a second one, and stops.`,
      `Give engine-setup an answer file with ${OVN_ID}=str:${provider}, or with ${OVN}=bool:False if OVN shall not be configured again.`,
    ),
  ];
}

/** Values of an earlier run that would mislead setup, and those it cannot do without. */
export function checkMarker(facts: Facts, layout: Layout): Check[] {
  const { marker } = facts;
  const checks = isUpgrade(facts) ? [...checkEnabled(facts), ...checkOvn(facts)] : [];
  if (marker?.values[APACHE] === true && facts.sslConf === 'plain') {
    checks.push(
      obstacle(
        'marker-apache',
        `The marker says that the web server is configured, but ssl.conf does not use the engine's certificates: engine-setup would not configure it again.`,
        `Run "${cleanupCommand(facts)}", or take ${APACHE} out of ${realPath(facts.root, layout.marker)}.`,
      ),
    );
  }
  if (!isUpgrade(facts) && typeof marker?.values[OVN_ID] === 'string') {
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
