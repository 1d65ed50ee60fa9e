/** One invocation: options → run → text or JSON → exit code. */

import { createHost } from '../host/index.ts';
import { acquireLock } from '../host/lock.ts';
import { Vault } from '../model/credentials.ts';
import { BusyError, hintOf, InterruptedError, messageOf, UsageError } from '../model/errors.ts';
import { exitCodeOf, type Outcome } from '../model/outcome.ts';
import type { Report } from '../model/report.ts';
import { makeReport } from '../report.ts';
import { cleanupRun, planRun, type RunOptions, verifyRun } from '../run.ts';
