/** Installations that are spread over several hosts: what a cleanup of one leaves to be done on another. */
import type { ComponentId } from './layout.ts';

export interface OtherHostRule {
  /** Set up on this host, and cleaned up with it. */
  here: ComponentId;
  /** Set up on the other host, and not on this one. */
  there: ComponentId;
  /** Where the other host's name stands, the best first: a key of a drop-in, or (`path` null) of the post-install marker. Of a URL its host counts. */
  names: readonly { path: string | null; key: string }[];
  /** Where all of this is kept nothing is left to be done. */
  unless: readonly ('database' | 'pki')[];
  /** What is to be done there, in sentences. */
  todo: string;
}
