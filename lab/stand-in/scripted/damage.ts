/** Looks at a host of 3.0 to 3.2 after a run that succeeded: what is wrong with it though setup said nothing. Each as `id: what`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { encryptedValuesSql, unreadable } from '../database/secrets.ts';
import { decrypt } from '../pki/cipher.ts';
import { pkiDamage, unapproved } from '../pki/judge.ts';
import { engineKey } from './pki.ts';
import type { ScriptedRun } from './run.ts';
import { hasPassword } from './server.ts';

/** The server lets everybody on this host in: left so by a run that found a database which its password file does not open. */
function openServer(run: ScriptedRun): string[] {
  const { local } = run.context;
  if (run.settings.remote !== null || !local.configurable) return [];
  const text = readFileSync(join(local.dataDir, 'pg_hba.conf'), 'utf8');
  return /^(?!\s*#).*\btrust\b/m.test(text) ? ['server-open: pg_hba.conf trusts everybody'] : [];
}

export function findDamage(run: ScriptedRun): string[] {
  const { tree } = run.context;
  const engine = engineKey(run);
  const damage = pkiDamage(tree, {
    qemu: false,
    apache: run.shape.httpd && run.shape.pgpass === '3.2',
    engine: engine?.certificate ?? null,
  });
  damage.push(...openServer(run));
  if (!hasPassword(run))
    damage.push('database-password: the engine does not have the encrypted password of its database');
  const session = run.session(run.shape.pgpass === '3.0' ? 'admin' : 'user');
  if (session.whyUnreachable() !== null)
    return [...damage, 'password-file: the passwords in it are not those of the server'];
  const lost = unreadable(
    session.run(encryptedValuesSql(run.version)),
    (value) => decrypt(engine?.key ?? '', value) !== null,
  );
  if (lost.length > 0) damage.push(`unreadable-values: ${lost.join(', ')}`);
  const hosts = unapproved(
    tree,
    session.run('select host_name from vds_static').map(([name]) => name ?? ''),
  );
  if (hosts.length > 0) damage.push(`hosts-unapproved: ${hosts.join(', ')}`);
  return damage;
}
