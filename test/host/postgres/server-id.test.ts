/** Whether the superuser's socket and the role's host and port lead to the same database: what is decided from the facts alone. */
import { describe, expect, it } from 'vitest';
import { listensOn, otherServer, type SocketServer, type TcpSide } from '../../../src/host/postgres/server-id.ts';

const socket: SocketServer = { serverId: '1/2', connectionLimit: -1, listens: 'localhost', port: 5432 };
const tcp: TcpSide = { host: 'localhost', port: 5432, reach: { state: 'connected' }, serverId: '1/2' };
const rejected = { state: 'rejected', message: '' } as const;

describe('a login', () => {
  it('decides it, wherever the server listens', () => {
    expect(otherServer({ ...socket, listens: '', port: 1 }, tcp)).toBeNull();
    for (const serverId of ['1/3', '9/2', null])
      expect(otherServer({ ...socket, serverId }, tcp)).toBe(
        'the postgres account reaches another server than localhost:5432',
      );
  });
});

describe('without a login', () => {
  const without = (reach: TcpSide['reach'], server: Partial<SocketServer> = {}, host = 'localhost') =>
    otherServer({ ...socket, ...server }, { host, port: 5432, reach, serverId: null });

  it('the server must listen there', () => {
    expect(without(rejected)).toBeNull();
    expect(without(rejected, { listens: '' })).toContain('does not listen there');
    expect(without(rejected, { port: 5433 })).toContain('does not listen there');
    expect(without(rejected, { listens: '' }, '/run/postgresql')).toBeNull();
  });

  it('what the server on TCP said must fit', () => {
    expect(without({ state: 'absent', message: '' })).toContain('another server');
    expect(without({ state: 'absent', message: '' }, { serverId: null })).toBeNull();
    expect(without({ state: 'sealed', message: '' })).toContain('another server');
    expect(without({ state: 'sealed', message: '' }, { serverId: null })).toContain('another server');
    expect(without({ state: 'sealed', message: '' }, { connectionLimit: 0 })).toBeNull();
  });
});

it.each([
  ['localhost', 'localhost', true],
  ['*', '192.0.2.1', true],
  ['0.0.0.0', '127.0.0.1', true],
  ['192.0.2.1, ::1', 'localhost', true],
  ['192.0.2.1', 'localhost', false],
  ['192.0.2.1', 'engine.example.com', true],
  ['', 'engine.example.com', false],
  [' ', '127.0.0.1', false],
])('listen_addresses "%s" and host %s: %s', (listens, host, expected) => {
  expect(listensOn(listens, host)).toBe(expected);
});
