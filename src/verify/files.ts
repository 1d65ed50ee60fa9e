/** Records, links and shared files as engine-setup will find them. Pure. */
import type { Facts } from '../model/facts.ts';
import type { Layout } from '../model/layout.ts';
import { realPath } from '../model/paths.ts';
import type { Check } from '../model/report.ts';
import { shellWord } from '../model/shell.ts';
import { cleanupCommand, listed, obstacle, passed, told } from './check.ts';

/** An empty record means that setup was killed while closing up: it never records those files again. */
export function checkRecords(facts: Facts): Check[] {
  const { empty, paths } = facts.records;
  if (empty.length === 0 || empty.length < paths.length)
    return [passed('records', 'uninstall records are whole, or there are none')];
  return [
    obstacle(
      'records',
      'Setup was killed while it wrote its uninstall record: engine-setup succeeds, but the record stays empty for ever.',
      `Run "${cleanupCommand(facts)}": it finds the files without the record.`,
    ),
  ];
}

/** Links by which setup deploys: it takes one that leads nowhere for absent, and cannot make it. */
export function checkLinks({ files, root }: Facts): Check[] {
  const dangling = files.filter((file) => file.dangling).map(({ path }) => realPath(root, path));
  if (dangling.length === 0) return [];
  return [
    obstacle(
      'dangling-link',
      `Links of setup that lead nowhere are left: ${listed(dangling)}. engine-setup takes them for absent, and stops where it makes them.`,
      `Run "rm ${dangling.map(shellWord).join(' ')}".`,
    ),
  ];
}

/** Lock lines of another version keep packages from being installed, and certificate lines without certificates keep the web server from starting. */
export function checkShared(facts: Facts, layout: Layout): Check[] {
  const checks: Check[] = [];
  const version = facts.packageVersion?.replace(/-.*$/, '');
  const pinned = new RegExp(`^${layout.packageName}-\\d`);
  for (const { path, edits } of facts.lines) {
    const place = realPath(facts.root, path);
    if (path.endsWith('/versionlock.list') && version) {
      const other = edits.flatMap(({ added }) =>
        added !== null && pinned.test(added) && !added.includes(version) ? [added] : [],
      );
      if (other.length > 0) {
        checks.push(
          obstacle(
            'versionlock',
            `${place} pins another version than the installed ${version}: ${other.join(', ')}.`,
            `Run "${cleanupCommand(facts)}", or take these lines out.`,
          ),
        );
      }
    }
    if (path === layout.webServer.config && facts.pki.ca === 'absent') {
      checks.push(
        told(
          'web-server',
          `${place} still names certificates that are gone: the web server cannot start until engine-setup has run`,
        ),
      );
    }
  }
  return checks;
}
