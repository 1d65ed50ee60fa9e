/** The stages at which a run can be killed or interrupted, in the order of an otopi run. */
import { Interrupted } from './abort.ts';

/**
 * - `database-created`: role and database are there, nothing in them.
 * - `pki-half`: between `ca.pem` and `.truststore`.
 * - `schema-half`: while tables are created; on the way of an upgrade, while its scripts run.
 * - `schema-done`: the engine's schema is complete, that of the accounts (`aaa_jdbc`) half; before 3.6, which has none, the schema alone.
 * - `files-half`: half of the written files have their real names, the others are still `NAME.XXXXXXXX.tmp`.
 * - `before-marker`: everything but the post-install marker, the record and the answers.
 * - `closing`: the uninstall record is open and empty.
 *
 * 3.0 to 3.2 have neither transaction, marker nor record: there the last three are after the database and before the ISO domain, before the services are started, and
 * at the very end.
 */
export const STAGES = [
  'database-created',
  'pki-half',
  'schema-half',
  'schema-done',
  'files-half',
  'before-marker',
  'closing',
] as const;
export type Stage = (typeof STAGES)[number];

export class Stages {
  readonly #dieAt: Stage | null;
  readonly #interruptAt: Stage | null;

  constructor(dieAt: Stage | null, interruptAt: Stage | null) {
    this.#dieAt = dieAt;
    this.#interruptAt = interruptAt;
  }

  /** True if the run ends at this stage: whoever does something in one go does only half of it then. */
  ends(stage: Stage): boolean {
    return this.#dieAt === stage || this.#interruptAt === stage;
  }

  /**
   * Ends the run here if it was told so.
   * @throws Interrupted for `--sigint-at`
   */
  reached(stage: Stage): void {
    if (this.#dieAt === stage) process.kill(process.pid, 'SIGKILL');
    if (this.#interruptAt === stage) throw new Interrupted(`SIGINT at stage ${stage}`);
  }
}
