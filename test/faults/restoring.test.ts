/** The n-th call of each kind fails in a restore: it says so truly, nothing is lost, and the next one finishes. */
import { describeCalls } from './calls.ts';

/** How many of each in a test run. */
const FEW = { rename: 1, mkdir: 1, fsync: 1, unlink: 1, openat: 1, statx: 1 } as const;

await describeCalls('a call of a restore that fails', FEW, { words: ['restore', '-u'], earlier: ['-u'] });
