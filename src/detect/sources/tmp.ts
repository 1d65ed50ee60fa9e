/**
 * Password files in /tmp that a killed setup or cleanup left. They are recognised by name, owner, mode and content together, never by name alone: anybody may
 * write there. Only reads.
 */
import { databasesOf } from '../../layouts/index.ts';
import type { ComponentId } from '../../model/layout.ts';
import type { DetectContext } from '../context.ts';
import { namesIn, textOf } from '../look.ts';
import type { RawCredentials } from '../read/jdbc.ts';
import { isSetupPgpass } from '../read/pgpass.ts';
import type { Collected, CredentialSource } from './collected.ts';

/** Where Python makes temporary files. */
const DIR = '/tmp';

/** The component whose database a line names: one that other places name too, else the one with that role by default. */
function componentFor(context: DetectContext, collected: Collected, raw: RawCredentials): ComponentId | null {
  for (const [component, list] of collected.byComponent) {
    if (list.some((one) => one.host === raw.host && one.port === raw.port && one.role === raw.role)) return component;
  }
  const byName = databasesOf(context.layout).find(({ database }) => raw.role === database.defaultRole);
  return byName?.component ?? null;
}

export const fromTmp: CredentialSource = async (context, collected) => {
  for (const name of await namesIn(context, DIR)) {
    if (!/^tmp[a-z0-9_]{8}$/.test(name)) continue;
    const path = `${DIR}/${name}`;
    const stat = await context.host.files.stat(path);
    const isPrivate =
      stat?.identity.type === 'file' && (stat.uid === 0 || stat.uid === context.uid) && stat.identity.size < 4096;
    if (!stat || !isPrivate) continue;
    const text = await textOf(context, path);
    const raw = text === null ? null : isSetupPgpass(name, stat.mode, text);
    if (!raw) continue;
    const component = componentFor(context, collected, raw);
    if (component === null) continue;
    collected.add(component, raw, { source: path, origin: 'pgpass', mtimeMs: stat.identity.mtimeMs });
    collected.pgpass.push({
      path,
      identity: stat.identity,
      mode: stat.mode,
      uid: stat.uid,
      gid: stat.gid,
      phase: 'credential-copies',
      why: 'password file of a killed setup or cleanup, recognised by its content',
      component,
      recorded: false,
      changed: false,
      reset: false,
      copyOf: DIR,
    });
  }
};
