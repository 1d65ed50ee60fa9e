/** Hosts of 3.0 to 3.2 in boxes: what their tests share. */
import { PostgresServer } from '../fixture/postgres.ts';
import { answersOf, makeScriptedHost, type ScriptedHost, type ScriptedOptions } from '../fixture/scripted/host.ts';
import type { Shape } from '../fixture/scripted/packages.ts';
import { runSetup } from '../fixture/scripted/setup.ts';
import { Box } from './harness.ts';

export type ScriptedBox = Box<ScriptedHost>;

/** A host with a server of its own, on which the setup of that time made the databases. */
export async function makeScriptedBox(shape: Shape, more: Partial<ScriptedOptions> = {}): Promise<ScriptedBox> {
  const box = new Box<ScriptedHost>();
  box.server = await PostgresServer.start({ contents: 'nothing' });
  box.host = await makeScriptedHost({ dir: box.root, shape, server: box.server, ...more });
  return box;
}

/** Every database that is not the server's own. */
export async function databasesOf({ server }: ScriptedBox): Promise<string[]> {
  const rows = await server.superuser<{ name: string }>(
    "SELECT datname AS name FROM pg_database WHERE datname <> 'postgres' AND NOT datistemplate ORDER BY 1",
  );
  return rows.map(({ name }) => name);
}

export async function machinesOf({ server }: ScriptedBox): Promise<unknown> {
  return await server.superuser('SELECT vm_guid, vm_name FROM vm_static ORDER BY 1', 'engine');
}

/** Setup once more, on what a cleanup left. */
export function setUpAgain({ root, host }: ScriptedBox): ReturnType<typeof runSetup> {
  return runSetup(root, host.options.shape, host.options.server, answersOf(host.options));
}

export const unfinished = ({ steps }: { steps: { status: string }[] }): unknown[] =>
  steps.filter(({ status }) => status !== 'done' && status !== 'already');
