/** Credentials in the password file of 3.0 to 3.2, and in older ones beside it, which each setup moved aside. Only reads. */
import type { FileStat } from '../../host/port.ts';
import { databasesOf } from '../../layouts/index.ts';
import type { FileFact } from '../../model/facts.ts';
import type { ComponentId, DatabaseLayout, PasswordFileLayout } from '../../model/layout.ts';
import { nameOf, parentOf } from '../../model/paths.ts';
import type { DetectContext } from '../context.ts';
import { changedAt, mustRead, namesIn, textOf } from '../look.ts';
import { type PasswordFile, readPasswordFile } from '../read/password-file.ts';
import type { Collected, CredentialSource } from './collected.ts';

interface Subject {
  component: ComponentId;
  database: DatabaseLayout;
  rule: PasswordFileLayout;
}

/** `NAME.<Y_m_d_H_M_S>`: what was at the place when setup wrote its own file, be it the administrator's or that of an earlier setup. */
async function movedAside(context: DetectContext, path: string): Promise<string[]> {
  const dir = parentOf(path);
  const stem = `${nameOf(path)}.`;
  const names = await namesIn(context, dir);
  return names
    .filter((name) => name.startsWith(stem) && /^\d{4}(_\d{2}){5}$/.test(name.slice(stem.length)))
    .map((name) => `${dir}/${name}`);
}

function addLogins(
  collected: Collected,
  { component }: Subject,
  found: PasswordFile,
  place: Parameters<Collected['add']>[2],
): void {
  for (const raw of found.user) collected.add(component, raw, place);
  for (const raw of found.admin) collected.addAdmin(component, raw, place);
}

function copyFact({ component }: Subject, path: string, copyOf: string, stat: FileStat): FileFact {
  const { identity, mode, uid, gid } = stat;
  return {
    path,
    identity,
    mode,
    uid,
    gid,
    phase: 'credential-copies',
    why: "password file of an earlier setup: nothing but setup's own lines is in it",
    component,
    recorded: false,
    changed: false,
    reset: false,
    copyOf,
    credentialsOf: [component],
  };
}

/** One that holds other people's lines too is theirs: its logins are of use, but it stays. */
async function readCopy(context: DetectContext, collected: Collected, subject: Subject, path: string): Promise<void> {
  const stat = await context.host.files.stat(path).catch(() => null);
  if (stat?.identity.type !== 'file') return;
  const text = await textOf(context, path);
  const found = text === null ? null : readPasswordFile(text, subject.rule, subject.database);
  if (found === null) return;
  addLogins(collected, subject, found, { source: path, origin: 'copy', mtimeMs: stat.identity.mtimeMs });
  if (found.whole) collected.pgpass.push(copyFact(subject, path, subject.rule.path, stat));
}

export const fromPasswordFiles: CredentialSource = async (context, collected) => {
  for (const { component, database } of databasesOf(context.layout)) {
    for (const rule of database.passwordFiles ?? []) {
      const subject = { component, database, rule };
      // One that is there but cannot be read is not absent: an older one must not be taken for it.
      const text = await mustRead(context, rule.path);
      const found = text === null ? null : readPasswordFile(text, rule, database);
      if (found !== null) {
        const mtimeMs = await changedAt(context, rule.path);
        addLogins(collected, subject, found, { source: rule.path, origin: 'password-file', mtimeMs });
      }
      for (const path of await movedAside(context, rule.path)) await readCopy(context, collected, subject, path);
    }
  }
};
