/**
 * Which Data Warehouse the engine database knows, and whether it runs. Setup stops the one of its own host before it looks, so a healthy one is no obstacle; it asks whether to
 * disconnect another, and stops unless told to. A host that has only the Data Warehouse is held against the engine database of the other host. Pure.
 */
import { databaseLayoutOf } from '../layouts/index.ts';
import type { DatabaseFact, Facts } from '../model/facts.ts';
import type { Layout } from '../model/layout.ts';
import { realPath } from '../model/paths.ts';
import type { Check } from '../model/report.ts';
import { obstacle } from './check.ts';

const BLANK = `UPDATE dwh_history_timekeeping SET var_value = '' WHERE var_name IN ('dwhUuid', 'dwhHostname');`;

interface Known {
  /** Empty where none is registered. */
  uuid: string;
  hostname: string;
  running: boolean;
}

/** The identity of this host's Data Warehouse must be the one that is registered. `own` null: the file that holds it is gone. */
function identity({ uuid, hostname }: Known, own: string | null, file: string, key: string): Check[] {
  if (uuid === '' || uuid === own) return [];
  const who = hostname === '' ? uuid : `${uuid} on ${hostname}`;
  const asks = 'engine-setup asks whether to disconnect it, and an unattended setup stops.';
  const blank = `run in the engine database: ${BLANK}`;
  return [
    own === null
      ? obstacle(
          'dwh-identity',
          `The engine database knows a Data Warehouse (${who}), but ${file}, which holds the identity of this host's, is gone: ${asks}`,
          `If it is the one of this host, write ${key}="${uuid}" into that file. Else ${blank}`,
        )
      : obstacle(
          'dwh-identity',
          `The engine database knows another Data Warehouse (${who}) than the one of this host: ${asks}`,
          `Put back the ${file} that belongs to it, or ${blank}`,
        ),
  ];
}

/** Only a clean stop takes the mark "running" away: that of a killed one, or of one that setup here cannot stop, makes setup stop. */
function running({ uuid, hostname }: Known, own: string | null, here: boolean, active: boolean, unit: string): Check[] {
  // Without its file nobody can tell whose it is: that is told by the other check.
  const ours = here && (uuid === '' || own === null || uuid === own);
  if (ours && active) return [];
  if (ours) {
    const first = own === null && uuid !== '' ? 'Once its identity is back, run' : 'Run';
    return [
      obstacle(
        'dwh-running',
        `The engine database says that the Data Warehouse of this host is running, but ${unit} is not: it was killed. engine-setup stops and asks to stop it first.`,
        `${first} "engine-cleanup -d": it sets DwhCurrentlyRunning to 0.`,
      ),
    ];
  }
  return [
    obstacle(
      'dwh-running',
      `The engine database says that the Data Warehouse is running${hostname === '' ? '' : ` on ${hostname}`}: engine-setup stops and asks to stop it first.`,
      `Run "systemctl stop ${unit}" ${hostname === '' ? 'on its host' : `on ${hostname}`}.`,
    ),
  ];
}

/** On a host of its own setup logs in to the engine's database with what the drop-in says, and looks nowhere else (`db/engine_connection.py`). */
function engineLogin(facts: Facts, layout: Layout, id: string, engine: DatabaseFact): Check[] {
  const { credentials, reach } = engine;
  const prefix = databaseLayoutOf(layout, layout.main)?.prefix;
  const isRead = credentials !== null && facts.files.some(({ path }) => path === credentials.source);
  if (!isRead || !('message' in reach)) return [];
  const source = realPath(facts.root, credentials.source);
  return [
    obstacle(
      `${id}-${layout.main}`,
      `The ${engine.title} "${credentials.database}" on ${credentials.host}, which ${source} names, cannot be logged in to: engine-setup stops. ${reach.message}`,
      `Start its server, or correct ${prefix}* in ${source}. engine-cleanup without -d removes that file with the database of this host.`,
    ),
  ];
}

/** Holds the engine database's word about its Data Warehouse against this host. */
export function checkDwh(facts: Facts, layout: Layout): Check[] {
  const engine = facts.databases.find(({ component }) => component === layout.main);
  const rows = engine?.content?.dwh;
  const component = layout.components.find(({ timekeeping }) => timekeeping !== undefined);
  if (!engine || !component?.timekeeping) return [];
  const here = facts.components.includes(component.id);
  if (!rows) return here && engine.foreign !== null ? engineLogin(facts, layout, component.id, engine) : [];
  if (engine.foreign !== null && !here) return [];
  const { unit, identity: file, key } = component.timekeeping;
  const known: Known = { uuid: rows.uuid ?? '', hostname: rows.hostname ?? '', running: rows.running };
  const active = facts.services.some((service) => service.unit === unit && service.active);
  return [
    ...(here ? identity(known, facts.dwhUuid, realPath(facts.root, file), key) : []),
    ...(known.running ? running(known, facts.dwhUuid, here, active, unit) : []),
  ];
}
