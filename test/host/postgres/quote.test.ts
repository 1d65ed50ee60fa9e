/** Quoting, held against what a real server makes of it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectionString, quoteIdentifier, quoteLiteral, splitNames } from '../../../src/host/postgres/quote.ts';
import { HostError } from '../../../src/model/errors.ts';
import { PostgresServer } from '../../fixture/postgres.ts';
import { run } from '../../fixture/run.ts';

const ODD = [
  "it's",
  'a"b',
  'back\\slash',
  "\\'; DROP ROLE engine; --",
  'new\nline\ttab',
  ":name :'x'",
  'Ünïcode €',
  '',
  ' ',
  '$$',
  '%',
  'E',
];

let server: PostgresServer;
beforeAll(async () => {
  server = await PostgresServer.start({ contents: 'nothing' });
});
afterAll(() => server?.destroy());

describe('quoting', () => {
  it.each(['on', 'off'])('of literals means the same with standard_conforming_strings %s', async (setting) => {
    for (const value of ODD) {
      const sql = `SET standard_conforming_strings = ${setting}; SELECT ${quoteLiteral(value)}::text AS value`;
      expect(await server.superuser(sql)).toEqual([{ value }]);
    }
  });

  it('of identifiers gives back the name', async () => {
    for (const name of ODD.filter((one) => one !== '')) {
      expect(await server.superuser(`SELECT 1 AS ${quoteIdentifier(name)}`)).toEqual([{ [name]: 1 }]);
    }
  });

  it('of connection strings reaches the database of that name', async () => {
    for (const name of ODD.filter((one) => one.trim() !== '')) {
      await server.superuser(`CREATE DATABASE ${quoteIdentifier(name)}`);
      const dbname = connectionString({
        host: server.socketDir,
        port: String(server.port),
        user: 'postgres',
        dbname: name,
      });
      const args = ['-X', '-A', '-t', '-c', 'SELECT current_database()', `--dbname=${dbname}`];
      expect(await run(`${server.programs.bin}/psql`, args, { env: server.programs.env })).toBe(`${name}\n`);
    }
  });

  it('of lists is read as pg_dump reads it', () => {
    const lists: [string, string[] | null][] = [
      ['', []],
      [' \n', []],
      ['""', ['']],
      [' a , "b c"\t,d"e', ['a', 'b c', 'd"e']],
      ['"a"""",b",Ä', ['a"",b', 'Ä']],
      ["x\\';--", ["x\\';--"]],
      ...['a,', ',a', 'a,,b', 'a b', '"a"b', '"a', '"a"",b'].map((none): [string, null] => [none, null]),
    ];
    for (const [text, names] of lists) expect(splitNames(text), text).toEqual(names);
  });

  it('refuses a NUL, which would cut the rest off', () => {
    for (const quote of [quoteIdentifier, quoteLiteral, (value: string) => connectionString({ value })])
      expect(() => quote('a\0b')).toThrow(HostError);
  });
});
