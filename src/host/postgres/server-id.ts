/**
 * Whether two ways in lead to the same database. The superuser's socket and the role's host and port need not: behind the port of this machine there may be a
 * tunnel, a container or a pooler, and beside it a server that nobody reaches over TCP and that holds an old database of the same name. What is dropped over
 * the socket was judged over TCP.
 */
import type { Reach } from '../../model/facts.ts';
import { HALF_DROPPED } from '../../model/reach.ts';

/**
 * SQL text that tells a running server from every other one, whoever asks: the moment it started, in µs. The identifier of its data will not do: a copy of the
 * whole data directory has the same.
 */
export const STARTED = '(extract(epoch FROM pg_postmaster_start_time()) * 1000000)::int8::text';

/** SQL text: the database, of that server. A pooler may give a database another name; its oid stays. */
export function serverIdSql(oid: string): string {
  return `${STARTED} || '/' || ${oid}::int8::text`;
}

/** The server behind the socket. */
export interface SocketServer {
  /** As `DatabaseContent.serverId`; null where it has no database of that name. */
  serverId: string | null;
  /** Connection limit of the database; -1: none. */
  connectionLimit: number;
  /** Setting `listen_addresses`. */
  listens: string;
  /** Setting `port`. */
  port: number;
}

/** The same database as a role reaches over TCP. */
export interface TcpSide {
  host: string;
  port: number;
  reach: Reach;
  /** `DatabaseContent.serverId` of the login; null where there was none. */
  serverId: string | null;
}

function isLoopback(host: string): boolean {
  return host === '' || host === 'localhost' || host === '::1' || host.startsWith('127.');
}

/** True if a server with this `listen_addresses` can be the one that answers on a host name or address of this machine. */
export function listensOn(listens: string, host: string): boolean {
  const addresses = listens
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
  if (addresses.some((one) => one === '*' || one === '0.0.0.0' || one === '::')) return true;
  // Which address a name of this machine stands for is not looked up on a network: any is good enough for such a name.
  return isLoopback(host) ? addresses.some(isLoopback) : addresses.length > 0;
}

/**
 * Why the server behind the socket is not the one that the role reaches, as a phrase; null if nothing speaks against it. A login decides it for sure; without
 * one, what the server on TCP answered must fit, and the one behind the socket must listen there.
 */
export function otherServer(socket: SocketServer, tcp: TcpSide): string | null {
  const another = `the postgres account reaches another server than ${tcp.host || 'localhost'}:${tcp.port}`;
  if (tcp.serverId !== null) return socket.serverId === tcp.serverId ? null : another;
  if (tcp.reach.state === 'absent' && socket.serverId !== null) return another;
  if (tcp.reach.state === 'sealed' && (socket.serverId === null || socket.connectionLimit < 0)) return another;
  if (tcp.reach.state === 'half-dropped' && (socket.serverId === null || socket.connectionLimit !== HALF_DROPPED))
    return another;
  // A host that is a directory is a socket itself.
  if (tcp.host.startsWith('/')) return null;
  if (socket.port === tcp.port && listensOn(socket.listens, tcp.host)) return null;
  return `${another}: its own does not listen there`;
}
