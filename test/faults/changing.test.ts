/** The n-th call of each kind that changes something fails in the program as built: the run says so truly, and the next one finishes. */
import { describeCalls } from './calls.ts';
import { CHANGING } from './few.ts';

await describeCalls('a call that changes something and fails', CHANGING);
