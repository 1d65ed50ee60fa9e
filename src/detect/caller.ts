/** Who runs this, and whether that is enough. Only reads. */
import { accessSync, constants } from 'node:fs';
import { userInfo } from 'node:os';
import type { Facts } from '../model/facts.ts';

/** The running machine needs the superuser; a root of the caller's own needs only his right to write there. */
function mayWrite(root: string, uid: number): boolean {
  if (uid === 0 || root === '/') return uid === 0;
  try {
    accessSync(root, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** The account's name; its number where it has none. */
function nameOfCaller(uid: number): string {
  try {
    return userInfo().username;
  } catch {
    return String(uid);
  }
}

export function findCaller(root: string): Facts['caller'] {
  const uid = process.getuid?.() ?? 0;
  return { uid, user: nameOfCaller(uid), mayWrite: mayWrite(root, uid) };
}
