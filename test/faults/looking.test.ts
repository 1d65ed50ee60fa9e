/** The n-th call of each kind that looks fails in the program as built: the run says so truly, and the next one finishes. */
import { describeCalls } from './calls.ts';
import type { Call } from './inject.ts';

/** How many of each in a test run. Most reads are of what Node wakes itself with, and no two runs have as many: only where many are tried one of ours is surely met. */
const FEW: Partial<Record<Call, number>> = {
  openat: 2,
  getdents64: 2,
  statx: 2,
  readlink: 2,
  ...(process.env.FAULTS === undefined ? {} : { read: 3 }),
};

await describeCalls('a call that looks and fails', FEW);
