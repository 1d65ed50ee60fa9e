/** Builds the packages of an edition with rpmbuild and makes a repository of them with createrepo_c: once, later calls find it. */
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir } from '../../test/fixture/project.ts';
import { run } from '../../test/fixture/run.ts';
import { dwhPackages, reportsPackages } from './dwh.ts';
import { EDITIONS, type EditionName } from './editions.ts';
import { enginePackages } from './engine.ts';
import { neighbours } from './neighbours.ts';
import { setupPackages } from './setup.ts';
import { type Source, specOf, treeOf, writeTree } from './spec.ts';

const SOURCES: readonly Source[] = [
  { name: 'ovirt-engine', packages: [...enginePackages, ...setupPackages] },
  { name: 'ovirt-engine-dwh', packages: [...dwhPackages, ...reportsPackages] },
  { name: 'neighbours', version: '1', packages: neighbours },
];

/** Where the files of a source lie while it is built; rpmbuild is told where that is. */
const CONTENT = '%{lab_content}';

/** Directory of the repository of an edition, with the packages in it. It is made again when anything of the packages changes. */
export async function repositoryOf(name: EditionName): Promise<string> {
  const edition = EDITIONS[name];
  const sources = SOURCES.map((source) => ({
    name: source.name,
    spec: specOf(source, edition, CONTENT),
    tree: treeOf(source, edition),
  }));
  const hash = createHash('sha256').update(JSON.stringify(sources)).digest('hex').slice(0, 16);
  const repository = join(cacheDir(), `packages-${name}-${hash}`);
  if (existsSync(repository)) return repository;
  const work = mkdtempSync(`${repository}.`);
  try {
    for (const { name: source, spec, tree } of sources) {
      const content = join(work, source);
      writeTree(tree, content);
      writeFileSync(join(work, `${source}.spec`), spec);
      await rpmbuild(work, `${source}.spec`, content);
    }
    await run('createrepo_c', ['--quiet', join(work, 'RPMS')]);
    renameSync(join(work, 'RPMS'), repository);
  } catch (error) {
    // Another process may have been faster; anything else is the caller's to know.
    if (!existsSync(repository)) throw error;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return repository;
}

async function rpmbuild(work: string, spec: string, content: string): Promise<void> {
  const defines = [`_topdir ${work}`, `_builddir ${work}`, `lab_content ${content}`].flatMap((one) => [
    '--define',
    one,
  ]);
  await run('rpmbuild', ['-bb', '--quiet', ...defines, join(work, spec)], { env: { ...process.env, HOME: work } });
}
