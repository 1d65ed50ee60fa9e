/** What a failed connection says about the database: absent, rejected, sealed, half dropped and unreachable are different facts. */
import { HostError } from '../../model/errors.ts';
import type { Reach } from '../../model/facts.ts';
import {
  isHalfDroppedError,
  isHbaError,
  isSealedError,
  NO_DATABASE,
  NOT_AUTHORIZED,
  PASSWORD_REJECTED,
  rawError,
} from './errors.ts';

/**
 * The reach that an error of `Databases.connect` or of the look into the database stands for.
 * @throws what it is given, if that is no HostError: a bug is not a server that does not answer
 */
export function reachOf(error: unknown): Reach {
  if (!(error instanceof HostError)) throw error;
  const { message, code, hint } = error;
  const raw = { ...rawError(error.cause), code };
  const unreachable: Reach = { state: 'unreachable', message, hint, ...(code ? { code } : {}) };
  if (code === NO_DATABASE) return { state: 'absent', message };
  if (isSealedError(raw)) return { state: 'sealed', message };
  if (isHalfDroppedError(raw)) return { state: 'half-dropped', message };
  if (isHbaError(raw)) return unreachable;
  if (code === PASSWORD_REJECTED || code === NOT_AUTHORIZED) return { state: 'rejected', message };
  return unreachable;
}
