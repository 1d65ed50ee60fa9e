/** A service as it lies on the disk, whether or not anything can be asked about it: its SysV script, its unit file, and what starts it at boot. */
import { HostError } from '../../model/errors.ts';
import type { Files } from '../port.ts';
import { runOrFail } from '../process.ts';
import { findInitScript, findStartLinks, type InitScript } from './init-script.ts';
import { hasSystemctl, readUnitFiles } from './unit-file.ts';

export interface Installed {
  /** What starts it; null where nothing of it is there. */
  manager: 'sysv' | 'systemd' | null;
  script: InitScript | null;
  unitFile: boolean;
  masked: boolean;
  /** Host paths of the links that start it at boot, also those whose script or unit file went with its package: they do so again when it comes back. */
  links: string[];
}

/** What is installed of each service. */
export function readInstalled(root: string, units: readonly string[]): Map<string, Installed> {
  const startLinks = findStartLinks(root);
  const unitFiles = readUnitFiles(root, units);
  return new Map(
    units.map((unit) => {
      const script = findInitScript(root, unit);
      const { exists, masked, links } = unitFiles.get(unit)!;
      const started = startLinks.get(unit) ?? [];
      const bySystemd = exists || links.length > 0;
      const manager = script !== null ? 'sysv' : bySystemd ? 'systemd' : started.length > 0 ? 'sysv' : null;
      return [unit, { manager, script, unitFile: exists, masked, links: [...links, ...started] }];
    }),
  );
}

/** @throws HostError: the links are put back as files, or not at all */
export function enabledByLinks(unit: string): never {
  throw new HostError(`${unit} is enabled by its links, and no systemd runs here that could make them.`, {
    hint: 'Enable it by hand.',
  });
}

/**
 * Takes away what starts a service at boot: with `systemctl --root` for a unit file, which also knows its aliases, and link by link for SysV and where the machine
 * has no systemctl. @throws HostError if it still is enabled afterwards
 */
export async function disableInstalled(files: Files, unit: string, timeoutMs: number): Promise<void> {
  const { root } = files;
  const { unitFile } = readInstalled(root, [unit]).get(unit)!;
  const purpose = `disable ${unit}${root === '/' ? '' : ` below ${root}`}`;
  if (unitFile && hasSystemctl()) {
    await runOrFail('systemctl', [`--root=${root}`, '--quiet', 'disable', '--', `${unit}.service`], {
      purpose,
      timeoutMs,
    });
  }
  for (const path of readInstalled(root, [unit]).get(unit)!.links) {
    const stat = await files.stat(path);
    if (stat !== null) await files.remove(path, stat.identity, '/etc');
  }
  const { links } = readInstalled(root, [unit]).get(unit)!;
  if (links.length === 0) return;
  throw new HostError(`${unit} still is enabled by ${files.real(links[0]!)}.`, {
    hint: 'Remove that link by hand, then run this again.',
  });
}
