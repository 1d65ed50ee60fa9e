/** The rows by which engine-setup knows its Data Warehouse, in an engine database that stays. Pure. */
import type { Credentials } from '../model/credentials.ts';
import type { Facts } from '../model/facts.ts';
import type { Layout } from '../model/layout.ts';
import type { Wishes } from '../model/plan.ts';
import type { StepList } from './build.ts';

interface Timekeeping {
  credentials: Credentials;
  uuid: string | null;
  /** Both rows are blanked; else only "running" is set to 0. */
  blank: boolean;
  was: { hostname: string; uuid: string; running: boolean };
}

/** The component that registers itself in the main one's database is set up on this host. */
export function keepsTimeHere({ components }: Facts, layout: Layout): boolean {
  return layout.components.some(({ id, timekeeping }) => timekeeping !== undefined && components.includes(id));
}

/**
 * The two rows by which setup knows its DWH, in an engine database that stays: blanked where this host's DWH goes, and "running" set to 0 where a
 * killed DWH left it at 1, because setup refuses to go on while DWH seems to run. Null where nothing is to be done.
 */
export function timekeepingOf(facts: Facts, layout: Layout, wishes: Wishes): Timekeeping | null {
  const main = facts.databases.find(({ component }) => component === layout.main);
  const rows = main?.content?.dwh;
  if (!main?.credentials || !rows || !keepsTimeHere(facts, layout)) return null;
  const stays = main.foreign !== null || wishes.keepDatabases === true;
  if (!stays) return null;
  const uuid = facts.dwhUuid;
  const mine = rows.uuid !== null && rows.uuid !== '' && rows.uuid === uuid;
  const blank = mine && !wishes.keepDatabases;
  if (!blank && !(rows.running && (mine || rows.uuid === ''))) return null;
  const was = { hostname: rows.hostname ?? '', uuid: rows.uuid ?? '', running: rows.running };
  return { credentials: main.credentials, uuid, blank, was };
}

/** The step for it. */
export function planTimekeeping(rows: Timekeeping | null, list: StepList, needs: readonly string[]): string[] {
  if (rows === null) return [];
  const { database, host } = rows.credentials;
  return [
    list.add(
      {
        kind: 'dwh-rows',
        id: 'rows:dwh',
        title: rows.blank
          ? `Blank the two DWH rows in database "${database}" on ${host}`
          : `Set DwhCurrentlyRunning to 0 in database "${database}"`,
        target: database,
        destructive: false,
        ...rows,
      },
      needs,
    ),
  ];
}
