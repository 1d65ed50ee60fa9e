/** What detection may use. It only reads. */
import type { Host } from '../host/port.ts';
import type { Vault } from '../model/credentials.ts';
import type { Facts } from '../model/facts.ts';
import type { Layout } from '../model/layout.ts';
import type { EarlyContacts } from './early.ts';

export interface DetectContext {
  host: Host;
  vault: Vault;
  layout: Layout;
  /** `--root`; `/` for the running machine. */
  root: string;
  timeoutMs: number;
  uid: number;
  /** Keys are opened and chained only where something depends on it: it costs more than all the rest. */
  judgeKeys: boolean;
  /** No verdict follows from this look: what an upgrade would stumble over need not be looked for in whole tables. */
  noVerdict?: boolean;
  /** Databases that are being asked already. */
  early?: EarlyContacts;
  note(code: string, message: string): void;
  fault(fault: Facts['faults'][number]): void;
}
