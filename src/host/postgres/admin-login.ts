/**
 * Administering a server with a login of setup's password file (releases 3.0–3.2), as it can be done below another root and on another machine. Each call is a
 * session of its own: nothing is held open while other things are done, and psql is not needed.
 */
import type { Credentials } from '../../model/credentials.ts';
import type { AdminConnection, Connection, ConnectOptions, QueryRow } from '../port.ts';
import { roleLogin } from './login.ts';
import { asJson } from './quote.ts';

/**
 * The connection of a login; nothing runs until it is asked something.
 * @param connect opens a session as a role
 */
export function loginAdmin(
  connect: (credentials: Credentials, options: ConnectOptions) => Promise<Connection>,
  credentials: Credentials,
  options: ConnectOptions,
): AdminConnection {
  const within = async <T>(use: (connection: Connection) => Promise<T>): Promise<T> => {
    const connection = await connect(credentials, options);
    try {
      return await use(connection);
    } finally {
      await connection.close();
    }
  };
  return {
    login: (dir) => roleLogin(credentials, options, dir),
    query: <T extends QueryRow>(sql: string) =>
      within(async (connection) => {
        const [row] = await connection.query<{ rows: T[] }>(asJson(sql));
        return row!.rows;
      }),
    execute: (sql) =>
      within(async (connection) => {
        await connection.query(sql);
      }),
  };
}
