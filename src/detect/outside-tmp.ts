/** Below `--root`: password files of a killed setup in the running machine's own /tmp. Only reads. */
import type { Files } from '../host/port.ts';
import type { DetectContext } from './context.ts';
import type { FoundCredentials } from './credentials.ts';
import { isSetupPgpass } from './read/pgpass.ts';

/**
 * A developer-mode setup runs as an ordinary user and leaves its password files in that machine's /tmp, outside of the root. Nothing is removed there; the caller's own
 * files that name a database of this installation are told, with the command.
 */
export async function noteOutsideTmp(context: DetectContext, live: Files, found: FoundCredentials): Promise<void> {
  const known = new Set(
    [...found.byComponent.values()].flat().map(({ host, port, role }) => JSON.stringify([host, port, role])),
  );
  for (const name of (await live.list('/tmp').catch(() => null)) ?? []) {
    if (!/^tmp[a-z0-9_]{8}$/.test(name)) continue;
    const path = `/tmp/${name}`;
    const stat = await live.stat(path).catch(() => null);
    if (stat?.identity.type !== 'file' || stat.uid !== context.uid || stat.identity.size >= 4096) continue;
    const text = await live.readText(path).catch(() => null);
    const raw = text === null ? null : isSetupPgpass(name, stat.mode, text);
    if (!raw || !known.has(JSON.stringify([raw.host, raw.port, raw.role]))) continue;
    context.note(
      'password-file',
      `${path}, outside of the root, holds the password of this installation's database. Remove it by hand: rm ${path}`,
    );
  }
}
