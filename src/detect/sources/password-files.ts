/** Credentials in the password file of 3.0 to 3.2, and in older ones beside it, which each setup moved aside. Only reads. */
import type { FileStat } from '../../host/port.ts';
import { databasesOf } from '../../layouts/index.ts';
import type { FileFact } from '../../model/facts.ts';
import type { ComponentId, DatabaseLayout, PasswordFileLayout } from '../../model/layout.ts';
import { nameOf, parentOf, realPath } from '../../model/paths.ts';
import type { DetectContext } from '../context.ts';
import { mustReadBytes, namesIn, textOf } from '../look.ts';
import { type PasswordFile, readPasswordFile } from '../read/password-file.ts';
import { withoutSection } from '../read/password-section.ts';
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

/** The file as one of setup's; with a section, only in part. */
function factOf({ component, rule }: Subject, path: string, stat: FileStat, section?: FileFact['section']): FileFact {
  const { identity, mode, uid, gid } = stat;
  const isCopy = path !== rule.path;
  return {
    path,
    identity,
    mode,
    uid,
    gid,
    phase: isCopy ? 'credential-copies' : 'credentials',
    why: `password file of ${isCopy ? 'an earlier setup' : 'setup'}: ${section ? "other people's lines stay" : "nothing but setup's own lines is in it"}`,
    component,
    ...(isCopy ? { copyOf: rule.path } : { keep: 'database' }),
    recorded: false,
    changed: false,
    reset: false,
    credentialsOf: [component],
    ...(section ? { section } : {}),
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
  if (found.whole && found.trouble === null) collected.pgpass.push(factOf(subject, path, stat));
}

/** The file itself. Where nobody can tell which lines are setup's, all stay. */
async function readOwn(context: DetectContext, collected: Collected, subject: Subject): Promise<void> {
  const { rule, database } = subject;
  const { path } = rule;
  // One that is there but cannot be read is not absent: an older one must not be taken for it.
  const bytes = await mustReadBytes(context, path);
  const stat = bytes === null ? null : await context.host.files.stat(path);
  if (bytes === null || stat === null) return;
  const found = readPasswordFile(bytes.toString('utf8'), rule, database);
  if (found === null) return;
  addLogins(collected, subject, found, { source: path, origin: 'password-file', mtimeMs: stat.identity.mtimeMs });
  if (found.trouble !== null) {
    context.note(
      'password-file',
      `${realPath(context.root, path)} ${found.trouble}: which lines are setup's cannot be told, and all stay. Take setup's out by hand.`,
    );
    return;
  }
  const section = found.whole ? null : withoutSection(bytes.toString('latin1'), rule, database);
  collected.pgpass.push(factOf(subject, path, stat, section ? { sha256: section.sha256 } : undefined));
}

export const fromPasswordFiles: CredentialSource = async (context, collected) => {
  for (const { component, database } of databasesOf(context.layout)) {
    for (const rule of database.passwordFiles ?? []) {
      const subject = { component, database, rule };
      await readOwn(context, collected, subject);
      for (const path of await movedAside(context, rule.path)) await readCopy(context, collected, subject, path);
    }
  }
};
