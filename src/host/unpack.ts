/** Unpacks files of an archive of ours into a directory of ours, with everything tar keeps of them, and proves that an archive can be read to its end. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { attributeOptions } from './archive.ts';
import { unpacked } from './archive-check.ts';
import { runTar, type TarRun } from './tar.ts';

interface UnpackRequest extends Pick<TarRun, 'tar' | 'timeoutMs' | 'signal'> {
  /** Real path of the archive. */
  archive: string;
}

/** Host paths as tar has them, each ended by NUL: nothing in a name means anything to it. */
function namesOf(paths: readonly string[]): string {
  return paths.map((path) => `${path.slice(1)}\0`).join('');
}

/** @param dir an empty directory that only its owner may enter */
export async function unpack(request: UnpackRequest, paths: readonly string[], dir: string): Promise<void> {
  const { archive, ...run } = request;
  const names = join(dir, '.names');
  writeFileSync(names, namesOf(paths), { mode: 0o600, flag: 'wx' });
  const args = [
    '--extract',
    '--file=-',
    `--directory=${dir}`,
    '--same-permissions',
    '--numeric-owner',
    ...(await attributeOptions(run)),
    '--no-recursion', // a directory alone
    '--null',
    '--no-unquote',
    '--verbatim-files-from',
    `--files-from=${names}`,
  ];
  await runTar({ ...run, args, doing: 'unpacking the archive' }, unpacked(archive), async (output) => {
    for await (const _ of output) void _;
  });
}

/** @throws HostError if tar cannot read the archive to its end */
export async function readThrough({ archive, ...run }: UnpackRequest): Promise<void> {
  await runTar(
    { ...run, args: ['--list', '--file=-'], doing: 'reading the archive' },
    unpacked(archive),
    async (output) => {
      for await (const _ of output) void _;
    },
  );
}
