import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  isSecretKey,
  parseEnvironment,
  readMarker,
  rewriteMarker,
  typedValue,
} from '../../../src/detect/read/otopi.ts';
import { g5 } from '../../../src/layouts/g5.ts';

const CAPTURED = readFileSync(
  new URL('../../fixture/captured/engine-4.5/20-setup-ovirt-post.conf', import.meta.url),
  'utf8',
);

describe('typed values', () => {
  test.each<[string, ReturnType<typeof typedValue>]>([
    ['none:None', null],
    ['bool:True', true],
    ['bool:False', false],
    ['bool:f', false],
    ['bool:0', true],
    ['bool:no', true],
    ['bool:', true],
    ['bool:FALSE', true],
    ['int:8443', 8443],
    ['int:-1', -1],
    ['int:8443x', undefined],
    ['int:', undefined],
    ['str:a:b', 'a:b'],
    ['str:', ''],
    ['multi-str:a\nb', ['a', 'b']],
    ['multi-str:', []],
    ['string:a', undefined],
    ['a', undefined],
    ['', undefined],
  ])('%j', (text, value) => {
    expect(typedValue(text)).toEqual(value);
  });

  test('of stronger sections win, wherever they stand', () => {
    const { values, problems } = parseEnvironment(
      '[environment:enforce]\na=int:4\n[environment:override]\na=int:3\nb=int:3\n[environment:default]\na=int:1\nb=int:1\nc=int:1\n[environment:init]\nc=int:2\n[other]\nd=int:5\n',
    );
    expect(Object.fromEntries(values)).toEqual({ a: 4, b: 3, c: 2 });
    expect(problems.map(({ line, kind }) => [line, kind])).toEqual([[12, 'ignored']]);
  });

  test('of no known type are named by line and key, and left out', () => {
    const { values, problems } = parseEnvironment('[environment:default]\nA/password=hunter2\nB=str:%%\n');
    expect(Object.fromEntries(values)).toEqual({ B: '%%' });
    expect(problems.map(({ line, kind }) => [line, kind])).toEqual([[2, 'syntax']]);
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });
});

describe('the post-install marker', () => {
  test('of a real 4.5 host is read whole', () => {
    const { version, values, problems, empty } = readMarker(CAPTURED, g5);
    expect({ version, problems, empty }).toEqual({ version: '4.5.8', problems: [], empty: false });
    expect(values['OVESETUP_CORE/generatedByVersion']).toBe('4.5.8_master');
    expect(values['OVESETUP_APACHE/configured']).toBe(true);
    expect(Object.keys(values)).toHaveLength(20);
    expect(values['OVESETUP_ENGINE_CORE/enable']).toBe(true);
  });

  test('gives no secret away', () => {
    const keys = [
      'OVESETUP_CONFIG/keycloakOvirtClientSecret',
      'OVESETUP_CONFIG/keycloakOvirtAdminWithProfile',
      'OVESETUP_OVN/ovirtProviderOvnSecret',
      'OVESETUP_CONFIG/adminPassword',
      'OVESETUP_DB/password',
      'OVESETUP_PKI/storePass',
    ];
    const { values } = readMarker(`[environment:default]\n${keys.map((key) => `${key}=str:hunter2`).join('\n')}\n`, g5);
    expect(values).toEqual(Object.fromEntries(keys.map((key) => [key, null])));
    expect(isSecretKey('OVESETUP_CONFIG/adminUserId', g5.secretKeys)).toBe(false);
    expect(isSecretKey('OVESETUP_OVN/ovirtProviderOvnId', g5.secretKeys)).toBe(false);
  });

  test('that was cut off is empty or damaged, not an error', () => {
    expect(readMarker('', g5)).toEqual({ version: null, values: {}, problems: [], empty: true });
    expect(readMarker('[environment:default]\nOVESETUP_CORE/genera', g5).problems).toHaveLength(1);
  });
});

describe('rewriting the marker', () => {
  test('takes out the keys and nothing else', () => {
    const without = rewriteMarker(CAPTURED, ['OVESETUP_APACHE/configured', 'OVESETUP_FAPOLICYD/configured']);
    expect(without).toBe(CAPTURED.replace('OVESETUP_APACHE/configured=bool:True\n', ''));
    expect(rewriteMarker(CAPTURED, [])).toBe(CAPTURED);
    expect(rewriteMarker(without, ['OVESETUP_APACHE/configured'])).toBe(without);
  });

  test('takes out the lines a value goes on over, each time the key is there', () => {
    const text =
      '\uFEFF[environment:default]\r\nA = multi-str:1\r\n  2\r\n# stays\r\n\r\n  3\r\n\r\nB=str:x\r\n[environment:init]\r\nA=int:1';
    expect(rewriteMarker(text, ['A'])).toBe(
      '\uFEFF[environment:default]\r\n# stays\r\n\r\nB=str:x\r\n[environment:init]\r\n',
    );
  });

  const key = fc.constantFrom('A', 'B', 'C/d');
  const line = fc.oneof(
    fc.tuple(key, fc.constantFrom('=', ' = ', ': '), fc.string({ unit: 'binary' })).map((parts) => parts.join('')),
    fc.constantFrom('[environment:default]', '[x]', '  more', '# A=1', '', '\t; c', 'junk', ' A=1'),
  );
  const text = fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '\r'))).map((lines) => lines.flat().join(''));

  test('leaves the other keys with the values they had, whatever the text', () => {
    fc.assert(
      fc.property(text, (before) => {
        const after = rewriteMarker(before, ['A']);
        const rest = [...parseEnvironment(before).values].filter(([name]) => name !== 'A');
        expect([...parseEnvironment(after).values]).toEqual(rest);
        expect(rewriteMarker(after, ['A'])).toBe(after);
        expect(rewriteMarker(before, ['nothing'])).toBe(before);
        readMarker(before, g5);
      }),
      { numRuns: 4000 },
    );
  });
});
