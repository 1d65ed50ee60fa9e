/** The host as it is now, held against what a run did to it. Changes nothing. */
import { fileImage } from '../host/file-state.ts';
import { parentOf } from '../model/paths.ts';
import { isBack } from '../steps/files-put.ts';
import type { Effects, FileEffect, FileGroup } from './effects.ts';
import { changed, type FileFinding, type Findings, type GroupFinding, type RestoreLook } from './findings.ts';
import { lookAtDatabase, lookAtRoles, lookAtRows, stillClosed } from './look-databases.ts';
import { lookAtOvn } from './ovn.ts';

async function lookAtFile(effect: FileEffect, outside: boolean, look: RestoreLook): Promise<FileFinding> {
  const files = outside ? look.host.machine : look.host.files;
  const { path, before, left } = effect;
  const present = (await files.stat(path))?.identity ?? null;
  const now = (await fileImage(files, path))?.state ?? null;
  const isBefore = before === null ? present === null : await isBack(files, before);
  // With the content from before but other rights, nothing would be lost by putting it back.
  const isLeft = now === left || (before !== null && now === before.state);
  const verdict = isBefore ? 'before' : isLeft ? 'left' : changed(look.putBack.paths.has(path));
  return { ...effect, present, verdict };
}

async function lookAtGroup(group: FileGroup, look: RestoreLook): Promise<GroupFinding> {
  const files = await Promise.all(group.files.map((file) => lookAtFile(file, group.outside, look)));
  return { ...group, files };
}

async function missingDirs(
  groups: readonly GroupFinding[],
  { removedDirs }: Effects,
  look: RestoreLook,
): Promise<string[]> {
  const wanted = groups
    .filter(({ outside }) => !outside)
    .flatMap(({ files }) => files.filter(({ before, verdict }) => before !== null && verdict !== 'before'));
  const dirs = new Set(wanted.map(({ path }) => parentOf(path)));
  const missing: string[] = [];
  for (const dir of dirs) {
    if (removedDirs.some(({ path }) => path === dir)) continue;
    if ((await look.host.files.stat(dir)) === null) missing.push(dir);
  }
  return missing.sort();
}

async function present(paths: readonly string[], look: RestoreLook): Promise<{ there: string[]; absent: string[] }> {
  const [there, absent]: [string[], string[]] = [[], []];
  for (const path of paths) ((await look.host.files.stat(path)) === null ? absent : there).push(path);
  return { there, absent };
}

/** Looks at everything. @throws HostError if a file or service cannot be looked at */
export async function lookAt(effects: Effects, look: RestoreLook): Promise<Findings> {
  const files = await Promise.all(effects.files.map((group) => lookAtGroup(group, look)));
  const units = effects.services.map(({ unit }) => unit);
  const states = units.length === 0 ? [] : await look.host.services.states(units);
  return {
    effects,
    files,
    missingDirs: await missingDirs(files, effects, look),
    removedDirs: (
      await present(
        effects.removedDirs.map(({ path }) => path),
        look,
      )
    ).absent.flatMap((path) => effects.removedDirs.filter((dir) => dir.path === path)),
    madeDirs: (await present(effects.madeDirs, look)).there,
    databases: await Promise.all(effects.databases.map((effect) => lookAtDatabase(effect, look))),
    roles: await Promise.all(effects.roles.map((effect) => lookAtRoles(effect, look))),
    ...(await stillClosed(effects, look)),
    ovn: await Promise.all(effects.ovn.map((effect) => lookAtOvn(effect, look))),
    rows: await Promise.all(effects.rows.map((effect) => lookAtRows(effect, look))),
    services: effects.services.map((effect, index) => ({ ...effect, state: states[index]! })),
  };
}
