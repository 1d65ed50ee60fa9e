/** What a copy of the PKI holds, file by file, and where each would be put back. Only reads. */
import { rulesOf } from '../layouts/index.ts';
import { HostError } from '../model/errors.ts';
import type { CopiedFile } from '../model/facts.ts';
import type { FileRule, Layout } from '../model/layout.ts';
import { nameOf, parentOf } from '../model/paths.ts';
import { matches } from '../model/patterns.ts';
import type { DetectContext } from './context.ts';
import { baseOfCopy } from './read/copies.ts';

function ruleOf(layout: Layout, path: string): FileRule | undefined {
  return rulesOf(layout).find(({ rule }) => matches(rule.path, path))?.rule;
}

/** A rule says that it is of the PKI, as it would of the same file in the tree itself. */
function isKnown(layout: Layout, path: string, type: CopiedFile['type']): boolean {
  const base = baseOfCopy(nameOf(path));
  const rule = ruleOf(layout, base === null ? path : `${parentOf(path)}/${base}`);
  if (rule?.keep !== 'pki' || rule.packaged === 'package') return false;
  return base === null ? rule.only !== 'link' || type === 'link' : !rule.noCopies;
}

/** Left by a killed setup, and no part of the PKI: the next run would only remove it again. */
function isTemporary(path: string): boolean {
  return path.endsWith('.tmp') && baseOfCopy(nameOf(path)) !== null;
}

/** What is at the place of a file. Anything but a file or a link could neither be archived nor written over. */
async function presentAt(context: DetectContext, path: string): Promise<CopiedFile['present']> {
  const stat = await context.host.files.stat(path);
  if (stat === null || stat.identity.type === 'file' || stat.identity.type === 'link') return stat?.identity ?? null;
  throw new HostError(`${context.host.files.real(path)} is where a file of the copy belongs, and is no file.`, {
    hint: 'Move it away, and run engine-cleanup again.',
  });
}

async function walk(context: DetectContext, from: string, to: string): Promise<CopiedFile[]> {
  const { files } = context.host;
  const found: CopiedFile[] = [];
  for (const name of (await files.list(from)) ?? []) {
    const pair = { from: `${from}/${name}`, to: `${to}/${name}` };
    const type = (await files.stat(pair.from))?.identity.type;
    if (type === 'dir') found.push(...(await walk(context, pair.from, pair.to)));
    if ((type !== 'file' && type !== 'link') || isTemporary(pair.to)) continue;
    const present = await presentAt(context, pair.to);
    found.push({ ...pair, type, present, known: isKnown(context.layout, pair.to, type) });
  }
  return found;
}

/**
 * Every file and link of the copy at `path` but those of a package: the package that is installed now has brought its own, which may be newer than the copy.
 * A HostError where something is in the way.
 */
export async function filesOfCopy(context: DetectContext, path: string): Promise<CopiedFile[]> {
  const { host, layout } = context;
  const found = (await walk(context, path, layout.pki.dir)).filter(
    ({ to }) => ruleOf(layout, to)?.packaged !== 'package',
  );
  const owners = await host.packages.owners(found.map(({ to }) => to));
  return found.filter(({ to }) => !owners?.has(to));
}
