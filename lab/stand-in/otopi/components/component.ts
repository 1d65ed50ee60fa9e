/** What a component beside the engine does in a run: it decides before anything is changed, and then makes what is its own. */
import type { OtopiRun } from '../run.ts';

export interface ComponentSteps {
  /** Units of it, started at the end. */
  services: readonly string[];
  /** May refuse; changes nothing. */
  decide?: (run: OtopiRun) => void;
  make: (run: OtopiRun) => void;
  /** What its services do once they are started. */
  started?: (run: OtopiRun) => void;
}
