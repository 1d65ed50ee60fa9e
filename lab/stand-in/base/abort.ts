/** How a run of the stand-in ends before its end. Every one of them is exit 1 with its text, as a failed engine-setup is. */

/** Setup refuses or fails: the text says what the real one says in its own words. */
export class SetupError extends Error {
  override readonly name: string = 'SetupError';
}

/** A question whose default aborts, or that has none, met the end of the input. */
export class UnansweredQuestion extends SetupError {
  override readonly name = 'UnansweredQuestion';
  /** Name of the question, as in an answer file: `OVESETUP_PKI_VERIFY_MISSING_CA_PEM`. */
  readonly question: string;

  constructor(question: string, text: string) {
    super(`[${question}] ${text}`);
    this.question = question;
  }
}

/** SIGINT at a stage: setup rolls back. */
export class Interrupted extends SetupError {
  override readonly name = 'Interrupted';
}

/** A command line that cannot be understood; exit 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
