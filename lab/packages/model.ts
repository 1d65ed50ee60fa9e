/**
 * What a package of the lab is, as data: what it needs, owns, runs and scripts, each item with the releases that have it. A table of these is the history of a
 * product's packaging; one edition of it is what `resolve` leaves.
 */
import { RELEASES, type Release } from '../../src/model/layout.ts';
import type { Edition } from './editions.ts';

/** First and last release that has an item; without either, all of them. */
export interface Span {
  since?: Release;
  until?: Release;
}

export function has(release: Release, { since, until }: Span): boolean {
  const at = RELEASES.indexOf(release);
  return (
    at >= (since === undefined ? 0 : RELEASES.indexOf(since)) &&
    at <= (until === undefined ? RELEASES.length : RELEASES.indexOf(until))
  );
}

/** An entry of `%files`. A directory stands for itself, not for what is in it. */
export interface Owned extends Span {
  path: string;
  /** null: a directory. */
  content: string | null | ((edition: Edition) => string);
  /** How rpm treats a file of which it knows that it may be edited; without it, it is simply the package's. */
  as?: '%config' | '%config(noreplace)' | '%ghost' | '%ghost %config(noreplace)';
  /** `USER` stands for the user and the group of that name, `USER:GROUP` for both; root without it. */
  owner?: string;
  mode?: number;
}

/** A capability that is needed; `=` is the version that the package itself has. */
export interface Needed extends Span {
  name: string;
  version?: '=' | `>= ${string}`;
  /** Needed already when the package's own scriptlets run. */
  before?: true;
}

/** An account that `%pre` makes. Removing the package leaves it. */
export interface Account extends Span {
  name: string;
  /** Number of the user, the same as that of its group; the system chooses where it is missing. */
  id?: number;
  group?: string;
}

/** A service: a unit or a SysV script, and a program that it runs. */
export interface Service extends Span {
  name: string;
  /** A script in /etc/init.d also where the edition has units. */
  init?: 'sysv';
  /** Whom a unit runs it as; a script runs it as root. */
  user?: string;
  /** A shell program in the place of the one that waits for ever. */
  program?: string;
  /** A command that checks whether a reload would work; with it the unit can be reloaded (SIGHUP). */
  reload?: string;
  /** No scriptlet of the package knows it: it runs on when the package is gone. */
  unmanaged?: true;
}

/** Scriptlets; of the triggers only those of unit files. */
export const SCRIPTS = ['pre', 'post', 'preun', 'postun', 'transfiletriggerin', 'transfiletriggerpostun'] as const;
export type Scripts = Partial<Record<(typeof SCRIPTS)[number], string>>;

export interface Package extends Span {
  name: string;
  needs?: readonly Needed[];
  provides?: readonly string[];
  files?: readonly Owned[];
  accounts?: readonly Account[];
  services?: readonly Service[];
  scripts?: (edition: Edition) => Scripts;
}

/** What one edition has of a table. */
export function resolve(packages: readonly Package[], { release }: Edition): Package[] {
  const kept = <T extends Span>(items: readonly T[] = []): T[] => items.filter((item) => has(release, item));
  return kept(packages).map((one) => ({
    ...one,
    needs: kept(one.needs),
    files: kept(one.files),
    accounts: kept(one.accounts),
    services: kept(one.services),
  }));
}

type More = Omit<Owned, 'path' | 'content' | 'as'>;

export const dir = (path: string, more: More = {}): Owned => ({ path, content: null, ...more });
export const file = (path: string, content: Owned['content'] = '', more: More = {}): Owned => ({
  path,
  content,
  ...more,
});
export const config = (path: string, content = '', more: More = {}): Owned => ({
  path,
  content,
  as: '%config',
  ...more,
});
export const noreplace = (path: string, content = '', more: More = {}): Owned => ({
  path,
  content,
  as: '%config(noreplace)',
  ...more,
});
/** Not in the package, only in its list: a file that something else writes. rpm deletes a `%ghost` with its package, and leaves one that is a `%config` (tried: 4.18). */
export const ghost = (path: string, more: More & { as?: '%ghost' } = {}): Owned => ({
  path,
  content: '',
  as: '%ghost %config(noreplace)',
  ...more,
});
