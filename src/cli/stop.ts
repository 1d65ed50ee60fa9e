/** Ending what waits when a stop signal arrives. */
import { InterruptedError } from '../model/errors.ts';

export interface Interruption {
  /** Rejects with an InterruptedError when the signal arrives, also if it came before. */
  promise: Promise<never>;
  /** No longer listens. */
  off(): void;
}

/** `when`: a signal that arrives while this is false is left to whoever else listens. */
export function interruption(stop: AbortSignal | undefined, when: () => boolean = () => true): Interruption {
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<never>((_, no) => {
    reject = no;
  });
  promise.catch(() => undefined);
  const listener = (): void => {
    if (when()) reject(new InterruptedError());
  };
  if (stop?.aborted) listener();
  else stop?.addEventListener('abort', listener, { once: true });
  return { promise, off: () => stop?.removeEventListener('abort', listener) };
}
