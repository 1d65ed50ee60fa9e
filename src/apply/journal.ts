/**
 * The journal of a run: one line when a step begins, naming everything it will touch, and one when it ends; each is on disk before anything else is done.
 * It is a record for people and for restore. It is never taken for the truth: after a crash the truth is what the host shows.
 */
import { closeSync, constants, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { FileState } from '../model/backup.ts';
import { HostError, messageOf, type Warning } from '../model/errors.ts';
import type { Step } from '../model/plan.ts';
import { named, syncDirectory } from './directories.ts';

export interface JournalEntry {
  event: 'run-begin' | 'begin' | 'end' | 'undo' | 'run-end';
  step?: string;
  kind?: string;
  touches?: string[];
  status?: string;
  error?: string | null;
  /** What the step has left at the paths it writes to. */
  left?: Record<string, FileState> | undefined;
  [more: string]: unknown;
}

export interface Journal {
  /** Writes an entry; it is on disk when this returns, and all before it. */
  write(entry: JournalEntry): void;
  /** Writes an entry that only has to be on disk before anything else is done: the next `write` sees to that, or `settle`. */
  add(entry: JournalEntry): void;
  /** Returns when everything that was added is on disk. */
  settle(): void;
  close(): void;
}

/**
 * Appends whole lines to an empty file. Where the disk is full a write may take the first part only and succeed: half a line would be one of which restore
 * knows nothing, and what is written after it would make the journal unreadable. So nothing of a line stays that cannot be written whole.
 */
class Lines {
  readonly #fd: number;
  /** Of the whole lines, bytes. */
  #length = 0;
  /** There may be more in the file than whole lines. */
  #torn = false;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** @throws the errors of the file system */
  append(line: string): void {
    if (this.#torn) this.#cut();
    const bytes = Buffer.from(line);
    this.#torn = true;
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(this.#fd, bytes, done);
    } catch (error) {
      try {
        this.#cut();
      } catch {
        // The failure that led here is the one to tell; before the next line it is tried again.
      }
      throw error;
    }
    this.#length += bytes.length;
    this.#torn = false;
  }

  #cut(): void {
    ftruncateSync(this.#fd, this.#length);
    this.#torn = false;
  }
}

/** Opens a new journal, whose name is on disk then. The file must not exist yet. @throws the errors of the file system, with the path */
export function openJournal(path: string): Journal {
  const fd = openSync(
    path,
    constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_APPEND | constants.O_NOFOLLOW,
    0o600,
  );
  try {
    syncDirectory(dirname(path));
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  const lines = new Lines(fd);
  let settled = true;
  const attempt = (act: () => void): void => {
    try {
      act();
    } catch (error) {
      throw named(path, error);
    }
  };
  const add = (entry: JournalEntry): void => {
    settled = false;
    attempt(() => lines.append(`${JSON.stringify({ at: new Date().toISOString(), ...entry })}\n`));
  };
  const settle = (): void => {
    if (settled) return;
    attempt(() => fsyncSync(fd));
    settled = true;
  };
  return {
    write(entry) {
      add(entry);
      settle();
    },
    add,
    settle,
    close: () => attempt(() => closeSync(fd)),
  };
}

/**
 * Writes down what has happened already, or what must happen whether it can be written down or not: the way back. A journal that cannot be written is a
 * warning then, and stops nothing. Null: it is written.
 */
export function note(journal: Journal, entry: JournalEntry): Warning | null {
  try {
    journal.write(entry);
    return null;
  } catch (error) {
    return untold(error);
  }
}

/** @throws HostError if it cannot be written down: then the step is not begun */
export function recordBegin(journal: Journal, step: Step, touches: string[]): void {
  try {
    journal.write({ event: 'begin', step: step.id, kind: step.kind, touches });
  } catch (error) {
    throw new HostError(`The journal of the run cannot be written, so this was not begun: ${messageOf(error)}`, {
      hint: 'Make room on that file system, or mend it, then run engine-cleanup again.',
      cause: error,
    });
  }
}

/** @throws HostError if it cannot be written down: what needs the step does not go on unrecorded */
export function recordDone(journal: Journal, step: Step, left: JournalEntry['left'] | null): void {
  try {
    // On disk before the next step begins, whose own line waits for it.
    journal.add({ event: 'end', step: step.id, status: 'done', ...(left ? { left } : {}) });
  } catch (error) {
    throw new HostError(`This is done, but the journal of the run cannot be written: ${messageOf(error)}`, {
      hint: 'Make room on that file system, or mend it, then run engine-cleanup again.',
      cause: error,
    });
  }
}

/** The warning for a journal that could not be written. */
export function untold(error: unknown): Warning {
  return { code: 'run-directory', message: `The journal of the run is not whole: ${messageOf(error)}` };
}

/** A journal that keeps nothing, for tests of the executor. */
export const NO_JOURNAL: Journal = { write() {}, add() {}, settle() {}, close() {} };
