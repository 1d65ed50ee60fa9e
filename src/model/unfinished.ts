/** A run that did not come to its end, and with which this one goes on. */
export interface ContinuedRun {
  run: string;
  /** ISO time. */
  started: string;
  /** Title of the step in which it ended. */
  stoppedAt: string;
  /** Real path of the backup that holds what was destroyed: of that run, or of the one that it went on with itself. Null where nothing was, or without a backup. */
  backup: string | null;
}

/** What runs before this one leave to it. */
export interface Unfinished {
  continues: ContinuedRun | null;
  /** The web server still works with what it had read: a run changed its files and died before it told it. The files do not tell that. */
  owesReload: boolean;
}
