/** The n-th call of each kind fails in a restore: it says so truly, nothing is lost, and the next one finishes. */
import { describeCalls } from './calls.ts';
import { RESTORING } from './few.ts';

await describeCalls('a call of a restore that fails', RESTORING, { words: ['restore', '-u'], earlier: ['-u'] });
