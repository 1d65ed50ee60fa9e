import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { propertyCredentials, readProperties } from '../../../src/detect/read/properties.ts';

const PROFILE = {
  path: '/etc/ovirt-engine/aaa/internal.properties',
  server: { url: 'config.datasource.jdbcurl' },
  role: 'config.datasource.dbuser',
  password: 'config.datasource.dbpassword',
};

const pairs = (text: string) => [...readProperties(text).values];

describe('Java property files', () => {
  test.each<[string, [string, string][]]>([
    [
      'a=b\nc:d\ne f\ng',
      [
        ['a', 'b'],
        ['c', 'd'],
        ['e', 'f'],
        ['g', ''],
      ],
    ],
    ['  a  =  b  \n', [['a', 'b  ']]],
    ['# a=1\n ! b=2\n\nc=# no comment', [['c', '# no comment']]],
    [
      'a=one \\\n   two\\\n\tthree\nb=1',
      [
        ['a', 'one twothree'],
        ['b', '1'],
      ],
    ],
    [
      'a=x\\\\\nb=1',
      [
        ['a', 'x\\'],
        ['b', '1'],
      ],
    ],
    ['a\\=b\\:c\\ d=e=f', [['a=b:c d', 'e=f']]],
    ['a=\\t\\n\\u00e9\\q', [['a', '\t\né' + 'q']]],
    [
      'a=1\r\na=2\rb = \\\r\n  3',
      [
        ['a', '2'],
        ['b', '3'],
      ],
    ],
    ['a=1\\', [['a', '1']]],
    ['a=1\\\n# part of it', [['a', '1# part of it']]],
  ])('%j', (text, expected) => {
    expect(pairs(text)).toEqual(expected);
  });

  test('with a damaged escape are read all the same', () => {
    const { values, problems } = readProperties('a=\\u12x\nb=1');
    expect([...values]).toEqual([
      ['a', 'u12x'],
      ['b', '1'],
    ]);
    expect(problems.map(({ line }) => line)).toEqual([1]);
  });

  test('of the internal profile hold the credentials of the engine database', () => {
    const text = `config.datasource.jdbcurl=jdbc:postgresql://localhost:5432/engine?sslfactory=org.postgresql.ssl.NonValidatingFactory
config.datasource.dbuser=engine
config.datasource.dbpassword=pass\\:word
config.datasource.schemaname=aaa_jdbc
`;
    expect(propertyCredentials(readProperties(text), PROFILE)).toEqual({
      host: 'localhost',
      port: 5432,
      database: 'engine',
      role: 'engine',
      password: 'pass:word',
      secured: false,
      validation: false,
    });
    expect(propertyCredentials(readProperties(text.replace('dbuser', 'nobody')), PROFILE)).toBeNull();
    expect(propertyCredentials(readProperties(text.replace('jdbcurl', 'nowhere')), PROFILE)).toBeNull();
  });

  test('of the Data Warehouse of 3.3 hold two databases, each under its own keys', () => {
    const text = `ovirtEngineHistoryDbJdbcConnection=jdbc\\:postgresql\\://db.example.test\\:5433/ovirt_engine_history?stringtype\\=unspecified
ovirtEngineHistoryDbUser=engine_history
ovirtEngineHistoryDbPassword=one
ovirtEngineDbJdbcConnection=jdbc\\:postgresql\\://db.example.test\\:5433/engine?stringtype\\=unspecified
ovirtEngineDbUser=engine
ovirtEngineDbPassword=other
`;
    const history = {
      path: '/etc/ovirt-engine/ovirt-engine-dwh/Default.properties',
      server: { url: 'ovirtEngineHistoryDbJdbcConnection' },
      role: 'ovirtEngineHistoryDbUser',
      password: 'ovirtEngineHistoryDbPassword',
    };
    expect(propertyCredentials(readProperties(text), history)).toMatchObject({
      host: 'db.example.test',
      port: 5433,
      database: 'ovirt_engine_history',
      role: 'engine_history',
      password: 'one',
    });
  });

  test('of Reports name host, port and database one by one', () => {
    const keys = {
      path: '/var/lib/ovirt-engine-reports/build-conf/master.properties',
      server: { host: 'dbHost', port: 'dbPort', database: 'js.dbName' },
      role: 'dbUsername',
      password: 'dbPassword',
    };
    const text =
      'dbHost=localhost\ndbPort=5433\ndbUsername=reports\ndbPassword=secret\njs.dbName=ovirt_engine_reports\n';
    const read = (changed: string) => propertyCredentials(readProperties(changed), keys);
    expect(read(text)).toEqual({
      host: 'localhost',
      port: 5433,
      database: 'ovirt_engine_reports',
      role: 'reports',
      password: 'secret',
      secured: false,
      validation: false,
    });
    expect(read(text.replace('5433', ''))).toMatchObject({ port: 5432 });
    expect(read(text.replace('5433', 'none'))).toBeNull();
    expect(read(text.replace('js.dbName', 'dbName'))).toBeNull();
  });

  test('written with every character escaped are read as they were, and no text makes the reader throw', () => {
    const escaped = (text: string) =>
      text.replace(/[^a-z0-9]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
    const word = fc.string({ unit: 'binary', minLength: 1 });
    fc.assert(
      fc.property(word, word, (key, value) => {
        expect(pairs(`${escaped(key)}=${escaped(value)}\n`)).toEqual([[key, value]]);
        readProperties(`${key}\n${value}\\`);
      }),
      { numRuns: 4000 },
    );
  });
});
