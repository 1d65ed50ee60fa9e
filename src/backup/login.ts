/** How PostgreSQL's programs log in when a person runs them from the backup: passwords and trusted CAs are files beside the dumps. */
import { connectionString } from '../host/postgres/quote.ts';
import type { Credentials } from '../model/credentials.ts';

/** Members of the backup: passwords for libpq (`PGPASSFILE`), and the CAs that the run trusted. */
export const PASSWORDS = 'pgpass';
export const TRUSTED_CAS = 'trusted-ca.pem';

export type Address = Pick<Credentials, 'host' | 'port' | 'database' | 'role' | 'secured' | 'validation'>;

/** An empty host is the local one, as setup takes it. */
function hostOf({ host }: Address): string {
  return host || 'localhost';
}

/** The server's certificate is checked. */
export function isVerified({ secured, validation }: Address): boolean {
  return secured && validation;
}

/** A line of a password file; null where the password cannot stand in one. */
export function passwordLine(address: Address, password: string): string | null {
  if (/[\r\n\0]/.test(password)) return null;
  const fields = [hostOf(address), String(address.port), address.database, address.role, password];
  return `${fields.map((field) => field.replace(/[\\:]/g, '\\$&')).join(':')}\n`;
}

/** Value of `--dbname`: a name that libpq would take for a connection string is put into one. */
export function databaseOption(name: string): string {
  const isPlain = !name.includes('=') && !/^postgres(?:ql)?:\/\//.test(name);
  return `--dbname=${isPlain ? name : connectionString({ dbname: name })}`;
}

/** Variables before the program: no password stands in them. */
export function variables(address: Address, hasPasswords: boolean): string[] {
  const words = hasPasswords ? [`PGPASSFILE=${PASSWORDS}`] : [];
  if (address.secured) words.push(`PGSSLMODE=${address.validation ? 'verify-full' : 'require'}`);
  if (isVerified(address)) words.push(`PGSSLROOTCERT=${TRUSTED_CAS}`);
  return words;
}

/** Options by which a program logs in to a database as its role. */
export function loginOptions(address: Address): string[] {
  return [
    `--host=${hostOf(address)}`,
    `--port=${address.port}`,
    `--username=${address.role}`,
    databaseOption(address.database),
  ];
}
