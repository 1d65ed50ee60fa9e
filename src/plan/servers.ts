/** The servers of a plan's databases, and what may be done on them. Pure. */
import type { AdminServer } from '../model/credentials.ts';
import type { DatabaseSubject } from './database-steps.ts';

/** It may do anything on its server: see password hashes, end everybody's sessions, get into a closed database. */
export function isSuperuser(via: AdminServer | null): boolean {
  return via !== null && ('socket' in via || via.superuser);
}

/** Tells a server from every other one, in ids of steps and names of files: its port, where it is on this machine. */
export function serverKey({ planned }: Pick<DatabaseSubject, 'planned'>): string {
  return planned.local ? String(planned.port) : `${planned.host}:${planned.port}`;
}

/** The server of a key in a sentence: "on port 5432", "on db.example.com:5432". */
export function placeOf(key: string): string {
  return /^\d+$/.test(key) ? `on port ${key}` : `on ${key}`;
}
