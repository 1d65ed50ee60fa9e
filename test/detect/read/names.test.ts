import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { baseOfCopy, copiesOf } from '../../../src/detect/read/copies.ts';
import { isSetupPgpass, parsePgpassLine } from '../../../src/detect/read/pgpass.ts';
import { compareVersions, numericVersion, releaseOf } from '../../../src/model/versions.ts';

describe('copies beside a file', () => {
  test('carry a time, several, the name of a temporary file, or that of what a package put aside', () => {
    const names = [
      'a.conf',
      'a.conf.20261123063214',
      'a.conf.20261123063214.20261124000000',
      'a.conf.x7_abcde.tmp',
      'a.conf.20261123063214.x7_abcde.tmp',
      'a.conf.2026112306321',
      'a.conf.x7_abcd.tmp',
      'a.conf.X7_ABCDE.tmp',
      'a.conf.rpmsave',
      'a.conf.rpmnew',
      'a.conf.bak',
      'a.conf2.20261123063214',
      'xa.conf.20261123063214',
      'a.conf.20261123063214.bak',
    ];
    expect(copiesOf('/etc/a.conf', names)).toEqual([
      { path: '/etc/a.conf.20261123063214', kind: 'timestamped', copyOf: '/etc/a.conf' },
      { path: '/etc/a.conf.20261123063214.20261124000000', kind: 'timestamped', copyOf: '/etc/a.conf' },
      { path: '/etc/a.conf.x7_abcde.tmp', kind: 'temporary', copyOf: '/etc/a.conf' },
      { path: '/etc/a.conf.20261123063214.x7_abcde.tmp', kind: 'temporary', copyOf: '/etc/a.conf' },
      { path: '/etc/a.conf.rpmsave', kind: 'put-aside', copyOf: '/etc/a.conf' },
    ]);
    expect(copiesOf('/top', ['top.20261123063214'])[0]?.path).toBe('/top.20261123063214');
    expect(['a.conf', '.20261123063214', '', '.tmp', '.rpmsave', 'database.txt.attr.old'].map(baseOfCopy)).toEqual([
      null,
      null,
      null,
      null,
      null,
      null,
    ]);
  });
});

describe('password files', () => {
  const escaped = (text: string) => text.replace(/[\\:]/g, '\\$&');
  const file = '# DB USER credentials.\ndb.example:5432:engine:engine:a\\:b\\\\c\n';

  test('of setup are recognised by name, mode and content together', () => {
    const found = isSetupPgpass('tmpab12_x9z', 0o100600, file);
    expect(found).toEqual({
      host: 'db.example',
      port: 5432,
      database: 'engine',
      role: 'engine',
      password: 'a:b\\c',
      secured: false,
      validation: false,
    });
    expect(isSetupPgpass('tmpab12_x9z', 0o600, file.trimEnd())).toEqual(found);
    for (const name of ['tmpab12_x9', 'tmpab12_x9zz', 'tmpAB12_x9z', 'xtmpab12_x9z', ''])
      expect(isSetupPgpass(name, 0o600, file)).toBeNull();
    for (const mode of [0o644, 0o640, 0o700, 0o4600]) expect(isSetupPgpass('tmpab12_x9z', mode, file)).toBeNull();
    const others = [
      '',
      'db.example:5432:engine:engine:x\n',
      '# mine\ndb.example:5432:engine:engine:x\n',
      `${file}other:5432:a:b:c\n`,
      '# DB USER credentials.\nno line of five\n',
      '# DB USER credentials.\n*:5432:engine:engine:x\n',
      '# DB USER credentials.\nh:port:engine:engine:x\n',
    ];
    for (const text of others) expect(isSetupPgpass('tmpab12_x9z', 0o600, text)).toBeNull();
  });

  test('written without escapes still hold the whole password', () => {
    expect(parsePgpassLine('h:5432:*:engine:a:b\\c')).toEqual({
      host: 'h',
      port: '5432',
      database: '*',
      role: 'engine',
      password: 'a',
      rawPassword: 'a:b\\c',
    });
    expect(parsePgpassLine('# h:5432:a:b:c')).toBeNull();
  });

  test('written with escapes are read as they were', () => {
    const field = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(field, field, field, field, field, (host, port, database, role, password) => {
        fc.pre(!host.startsWith('#'));
        const line = [host, port, database, role, password].map(escaped).join(':');
        expect(parsePgpassLine(line)).toMatchObject({ host, port, database, role, password });
        parsePgpassLine(`${host}\\:${port}:${database}::${role}`);
        isSetupPgpass('tmpabcdefgh', 0o600, `# DB USER credentials.\n${host}`);
      }),
      { numRuns: 4000 },
    );
  });
});

describe('versions', () => {
  test('count by their numbers alone', () => {
    expect(numericVersion('4.5.8_master')).toBe('4.5.8');
    expect(numericVersion('4.5.7-1.el9')).toBe('4.5.7');
    expect(numericVersion('master')).toBeNull();
    expect(compareVersions('4.5.8_master', '4.5.8')).toBe(0);
    expect(compareVersions('4.5', '4.5.0.0')).toBe(0);
    expect(compareVersions('4.5.10', '4.5.9')).toBe(1);
    expect(compareVersions('4.4.9', '4.5')).toBe(-1);
    expect(compareVersions('', '3.0')).toBe(-1);
  });

  test('belong to the releases the program knows', () => {
    expect(releaseOf('4.5.8_master')).toBe('4.5');
    expect(releaseOf('3.0.0')).toBe('3.0');
    expect(['4.50.1', '4.10', '5.0', '4', '', 'x4.5'].map(releaseOf)).toEqual([null, null, null, null, null, null]);
  });
});
