/** The n-th call of each kind that changes something fails in the program as built: the run says so truly, and the next one finishes. */
import { describeCalls } from './calls.ts';

/** How many of each in a test run. */
const FEW = { unlink: 2, rmdir: 1, rename: 1, mkdir: 1, fsync: 2, write: 2, utimensat: 1, ftruncate: 1 } as const;

await describeCalls('a call that changes something and fails', FEW);
