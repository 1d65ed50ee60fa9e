import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { databaseCredentials, expandValue, isEnabled, isTrue, readDropIns } from '../../../src/detect/read/drop-in.ts';
import { dropInText } from '../../../src/detect/read/drop-in-write.ts';
import { parseJdbcUrl } from '../../../src/detect/read/jdbc.ts';
import type { Credentials } from '../../../src/model/credentials.ts';

const CAPTURED = new URL('../../fixture/captured/engine-4.5/engine.conf.d/', import.meta.url);
const DIR = '/etc/ovirt-engine/engine.conf.d';
const read = (text: string) => readDropIns([{ path: `${DIR}/x.conf`, text }]);
const expanded = (text: string) => read(`K=${text}`).values.get('K')?.value;

describe('drop-ins', () => {
  test('of a real 4.5 host are read whole, expanded and in the order of their names', () => {
    const files = readdirSync(CAPTURED).map((name) => ({
      path: `${DIR}/${name}`,
      text: readFileSync(new URL(name, CAPTURED), 'utf8'),
    }));
    const { values, problems } = readDropIns(files.reverse());
    expect(problems).toEqual([]);
    expect(values.get('ENGINE_HTTPS_PKI_TRUST_STORE')).toEqual({
      value: '/etc/pki/ovirt-engine/.truststore',
      path: `${DIR}/10-setup-pki.conf`,
    });
    expect(values.get('ENGINE_SSO_AUTH_URL')?.value).toBe('https://vm:443/ovirt-engine/sso');
    expect(databaseCredentials(values, 'ENGINE_DB_')).toEqual({
      host: 'localhost',
      port: 5432,
      database: 'engine',
      role: 'engine',
      password: 'sample-password',
      secured: false,
      validation: false,
    });
    expect(isEnabled(values, 'MANAGEDBLOCK_DB_ENABLE')).toBe(false);
    expect(databaseCredentials(values, 'MANAGEDBLOCK_DB_')).toBeNull();
  });

  test.each([
    ['"a b#c"', 'a b#c'],
    ['a b', 'a'],
    ['a#b', 'a'],
    ['a\\ b\\#c\\\\\\"', 'a b#c\\"'],
    [`'a b'`, `'a`],
    ['a"b c"d', 'ab cd'],
    ['a\tb', 'a\tb'],
    ['"open end', 'open end'],
    ['end\\', 'end'],
    ['', ''],
    [`x\\\${K}`, `x\${K}`],
    [`\${NOWHERE}y`, 'y'],
  ])('the value %s stands for %j', (text, value) => {
    expect(expanded(text)).toBe(value);
  });

  test('expand only what came before; a later file wins, within quotes as well', () => {
    const { values } = readDropIns([
      { path: `${DIR}/20.conf`, text: `B="\${A}-\${B}-\${C}"\nC=late\n` },
      { path: `${DIR}/10.conf`, text: 'A=one\nB=two\n' },
      { path: '/usr/share/x.conf', text: `Z=\${A}` },
    ]);
    expect(values.get('B')).toEqual({ value: 'one-two-', path: `${DIR}/20.conf` });
    expect(values.get('Z')?.value).toBe('one');
  });

  test('that are damaged name file and line, quote nothing, and do not hide the other keys', () => {
    const { values, problems } = read('# fine\r\n\r\nA=1\r\nPASSWORD = secret\r\nB=$x\r\nC=${open\r\nD=2\r\n');
    expect([...values.keys()]).toEqual(['A', 'D']);
    expect(problems.map(({ line, kind }) => [line, kind])).toEqual([
      [4, 'syntax'],
      [5, 'syntax'],
      [6, 'syntax'],
    ]);
    expect(problems[0]?.message).toBe(`${DIR}/x.conf, line 4: this is not "KEY=value".`);
    expect(JSON.stringify(problems)).not.toContain('secret');
  });

  test('switch on with the words the engine knows', () => {
    expect(['t', 'TRUE', 'y', 'Yes', '1'].every(isTrue)).toBe(true);
    expect(['', '0', 'no', 'on', 'enabled', 'truex'].some(isTrue)).toBe(false);
    expect(isEnabled(new Map(), 'X')).toBeNull();
    expect(isEnabled(new Map(), undefined)).toBeNull();
  });
});

describe('database credentials', () => {
  const credentials = (lines: string) => databaseCredentials(read(lines.replaceAll('; ', '\n')).values, 'X_DB_');

  test('come from the single keys, and from the url where they are missing', () => {
    const url = 'X_DB_URL="jdbc:postgresql://db.example:5433/history?ssl=true"';
    const expected = {
      host: 'db.example',
      port: 5433,
      database: 'history',
      role: 'r',
      secured: true,
      validation: true,
    };
    expect(credentials(`X_DB_USER=r; ${url}`)).toEqual({ ...expected, password: undefined });
    expect(
      credentials(`X_DB_USER=r; ${url}; X_DB_HOST=other; X_DB_SECURED_VALIDATION=False; X_DB_PASSWORD=""`),
    ).toEqual({
      ...expected,
      host: 'other',
      validation: false,
      password: undefined,
    });
  });

  test('are none without host, database or role, or with a port that is none', () => {
    const all = ['X_DB_HOST=h', 'X_DB_DATABASE=d', 'X_DB_USER=u'];
    expect(credentials(all.join('; '))).toMatchObject({ host: 'h', database: 'd', role: 'u', port: 5432 });
    for (const one of all) expect(credentials(all.filter((line) => line !== one).join('; '))).toBeNull();
    for (const port of ['0', '65536', '-1', 'None', '54 32x', '1e3']) {
      expect(credentials([...all, `X_DB_PORT="${port}"`].join('; '))).toBeNull();
    }
  });

  test.each([
    [
      'jdbc:postgresql://[::1]:5433/engine',
      { host: '::1', port: 5433, database: 'engine', secured: false, validation: false },
    ],
    ['jdbc:postgresql:///engine', { host: 'localhost', port: 5432, database: 'engine' }],
    ['jdbc:postgresql://h/a%20b?sslmode=verify-full', { database: 'a b', secured: true, validation: true }],
    ['jdbc:postgresql://h/d?sslmode=require', { secured: true, validation: false }],
    [
      'jdbc:postgresql://h/d?ssl=true&sslfactory=org.postgresql.ssl.NonValidatingFactory',
      { secured: true, validation: false },
    ],
    ['jdbc:postgresql://h/d?sslfactory=org.postgresql.ssl.NonValidatingFactory', { secured: false, validation: false }],
    ['jdbc:postgresql://h/100%', { database: '100%' }],
  ])('the url %s is understood', (url, target) => {
    expect(parseJdbcUrl(url)).toMatchObject(target);
  });

  test.each(['', 'jdbc:mysql://h/d', 'jdbc:postgresql://h', 'jdbc:postgresql://a:1,b:2/d', 'jdbc:postgresql://h:0/d'])(
    'the url %j is not',
    (url) => {
      expect(parseJdbcUrl(url)).toBeNull();
    },
  );

  const line = fc.string({ unit: 'binary', minLength: 1 }).map((text) => `${text.replace(/[\r\n]/g, '')}x`);

  test('that this program writes are read as they were', () => {
    fc.assert(
      fc.property(
        line,
        line,
        line,
        line,
        fc.integer({ min: 1, max: 65535 }),
        fc.boolean(),
        (host, database, role, password, port, secured) => {
          const written: Credentials = {
            host,
            port,
            database,
            role,
            secured,
            validation: secured,
            source: '',
            origin: 'drop-in',
            mtimeMs: 0,
            secret: null,
          };
          const { values, problems } = read(dropInText('X_DB_', written, password));
          expect(problems).toEqual([]);
          expect(databaseCredentials(values, 'X_DB_')).toEqual({
            host,
            port,
            database,
            role,
            password,
            secured,
            validation: secured,
          });
        },
      ),
      { numRuns: 3000 },
    );
  });

  test('no text makes a reader throw', () => {
    const part = fc.oneof(
      fc.constantFrom('A=', `\${A}`, '"', '\\', '$', '#', ' ', '\n', 'jdbc:postgresql://', '%', '?ssl'),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const text = parts.join('');
        databaseCredentials(read(text).values, '');
        expandValue(text, () => undefined);
        parseJdbcUrl(text);
        parseJdbcUrl(`jdbc:postgresql://${text}`);
      }),
      { numRuns: 5000 },
    );
  });
});
