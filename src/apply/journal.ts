/**
 * The journal of a run: one line when a step begins, naming everything it will touch, and one when it ends; each is on disk before the run goes on.
 * It is a record for people and for restore. It is never taken for the truth: after a crash the truth is what the host shows.
 */
import { closeSync, constants, fsyncSync, openSync, writeSync } from 'node:fs';

export interface JournalEntry {
  event: 'run-begin' | 'begin' | 'end' | 'undo' | 'run-end';
  step?: string;
  kind?: string;
  touches?: string[];
  status?: string;
  error?: string | null;
  [more: string]: unknown;
}

export interface Journal {
  write(entry: JournalEntry): void;
  close(): void;
}

/** Opens a new journal. The file must not exist yet. */
export function openJournal(path: string): Journal {
  const fd = openSync(
    path,
    constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_APPEND | constants.O_NOFOLLOW,
    0o600,
  );
  return {
    write(entry) {
      writeSync(fd, `${JSON.stringify({ at: new Date().toISOString(), ...entry })}\n`);
      fsyncSync(fd);
    },
    close() {
      closeSync(fd);
    },
  };
}

/** A journal that keeps nothing, for tests of the executor. */
export const NO_JOURNAL: Journal = { write() {}, close() {} };
