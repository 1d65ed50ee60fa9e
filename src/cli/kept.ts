/** What stays, grouped by the reason, with the command that removes what may be removed by hand. */

import { isBelow } from '../model/paths.ts';
import type { Kept } from '../model/plan.ts';
import type { Page } from './page.ts';
import { putPaths } from './path-list.ts';
import type { View } from './view.ts';

/** Directories whose content is only of use to look back: the way to be rid of it is told. Everything else that is kept is kept for good reason. */
const REMOVABLE = [
  '/var/lib/ovirt-engine/backups',
  '/var/lib/ovirt-engine-dwh/backups',
  '/var/lib/ovirt-engine-keycloak/backups',
  '/etc/pki/ovirt-engine-backups',
  '/var/lib/ovirt-engine/setup/answers',
  '/var/log/ovirt-engine',
];

function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

/** The command that removes everything kept in these places, or null if there is something else among it. */
function removal(paths: readonly string[], root: string): string | null {
  const dirs = new Set<string>();
  for (const path of paths) {
    const dir = REMOVABLE.map((known) => (root === '/' ? known : root + known)).find((known) => isBelow(path, known));
    if (dir === undefined) return null;
    dirs.add(dir);
  }
  // The directories themselves belong to packages.
  return `rm -r ${[...dirs].map((dir) => `${quoted(dir)}/*`).join(' ')}`;
}

function directoryOf(paths: readonly string[]): string {
  const first = (paths[0] ?? '/').split('/').slice(0, -1);
  const shared = first.filter((_, at) =>
    paths.every(
      (path) =>
        path
          .split('/')
          .slice(0, at + 1)
          .join('/') === first.slice(0, at + 1).join('/'),
    ),
  );
  return shared.join('/') || '/';
}

/** Paths are real ones. */
export function putKept(page: Page, view: View, kept: readonly Kept[], root: string): void {
  if (kept.length === 0) return;
  const groups = new Map<string, string[]>();
  for (const { target, why } of kept) groups.set(why, [...(groups.get(why) ?? []), target]);
  page.heading('Kept');
  for (const [why, paths] of groups) {
    page.text(why);
    putPaths(page, view, paths, directoryOf(paths));
    const command = removal(paths, root);
    if (command !== null) page.command(`to remove: ${command}`, { paint: view.colors.dim });
  }
}
