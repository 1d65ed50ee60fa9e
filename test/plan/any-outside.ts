/** Whatever somebody may have put into the machine's /tmp, or a detector gone wrong may take for a password file there. */
import fc from 'fast-check';
import type { OutsideFile } from '../../src/model/facts.ts';
import { credentials, identity } from './facts.ts';

const PATHS = [
  '/tmp/tmpabcdefgh',
  '/tmp/tmp0_9a8z7y',
  '/tmp/tmpABCDEFGH',
  '/tmp/tmpabcdefg',
  '/tmp/tmpabcdefghi',
  '/tmp/tmpabcd/../x',
  '/tmp/sub/tmpabcdefgh',
  '/tmp',
  '/etc/passwd',
  '/var/tmp/tmpabcdefgh',
  '/tmp/tmpabcdefgh\n',
];

const OWN = credentials('engine', '');

/** As often as not all is as it must be; else one thing or more is not. */
const odd = <T>(good: T, ...bad: T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 12, arbitrary: fc.constant(good) }, { weight: 1, arbitrary: fc.constantFrom(...bad) });

const anyOutsideFile: fc.Arbitrary<OutsideFile> = fc
  .record({
    path: fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...PATHS.slice(0, 2)) }, fc.constantFrom(...PATHS)),
    type: odd<OutsideFile['identity']['type']>('file', 'link', 'dir', 'other'),
    mode: odd(0o600, 0o644, 0o640, 0o4600),
    uid: odd(0, 1000),
    host: odd(OWN.host, 'elsewhere', ''),
    port: odd(OWN.port, 5433),
    database: odd(OWN.database, 'ovirt_engine_history', '*'),
    role: odd(OWN.role, 'postgres'),
  })
  .map(({ path, type, mode, uid, ...names }) => ({ path, identity: identity(77, type), mode, uid, names }));

export const anyOutside: fc.Arbitrary<OutsideFile[]> = fc.uniqueArray(anyOutsideFile, {
  maxLength: 3,
  selector: ({ path }) => path,
});
