/** The n-th call of each kind that looks fails in the program as built: the run says so truly, and the next one finishes. */
import { describeCalls } from './calls.ts';
import { LOOKING } from './few.ts';

await describeCalls('a call that looks and fails', LOOKING);
