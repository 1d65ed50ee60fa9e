/** A part of the backup's README, and the commands in it. */

import type { BackupMember, Survey } from '../model/backup.ts';
import type { BackedUpDatabase, Plan } from '../model/plan.ts';
import { shellWord } from '../model/shell.ts';

/** Everything the README speaks of. No secret is in it: passwords are in the members that it names. */
export interface ReadmeInput {
  run: string;
  version: string;
  /** Real path of the backup. */
  dir: string;
  plan: Plan;
  databases: readonly BackedUpDatabase[];
  members: readonly BackupMember[];
  /** Host paths that the archive holds. */
  archived: ReadonlySet<string>;
  survey: Survey;
  /** Paths of the programs that read the dumps. */
  tools: { psql: string; pgRestore: string };
  /** Directory of the local server's socket, by port, where it is known. */
  socketDirs: ReadonlyMap<number, string>;
  /** Keys of the answers that are missing in an answer file, by its name. */
  unanswered: ReadonlyMap<string, string>;
}

export interface Section {
  title: string;
  lines: string[];
}

/** One command, indented as commands are in the README: every such line can be pasted into sh as it is. */
export function command(words: readonly string[], from?: string): string {
  const line = words.map(shellWord).join(' ');
  return from === undefined ? `    ${line}` : `    ${line} < ${shellWord(from)}`;
}

export function membersOf(input: ReadmeInput, kind: BackupMember['kind']): BackupMember[] {
  return input.members.filter((member) => member.kind === kind);
}
