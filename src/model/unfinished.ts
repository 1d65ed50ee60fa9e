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
