/** Programs of another kind in the place of the machine's: a directory that is first in PATH. */
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Box } from '../e2e/harness.ts';

/** What a script begins with that is another only where it works, not where it is asked for its version. */
export const ONLY_AT_WORK = 'case "$*" in --version) exec $real "$@" ;; esac';

const programsOf = ({ server }: Box): Record<string, string> => ({
  ...Object.fromEntries(['pg_dump', 'pg_restore', 'psql'].map((name) => [name, join(server.programs.bin, name)])),
  tar: '/bin/tar',
});

/** @param scripts by the program's name, which finds the real one in `$real`; the other programs of PostgreSQL are as they were */
export function instead(box: Box, scripts: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const dir = join(box.dir, 'bin');
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir);
  for (const [name, real] of Object.entries(programsOf(box))) {
    const script = scripts[name];
    if (script !== undefined) writeFileSync(join(dir, name), `#!/bin/sh\nreal=${real}\n${script}\n`, { mode: 0o755 });
    else if (name !== 'tar') symlinkSync(real, join(dir, name));
  }
  return { PATH: `${dir}:${process.env.PATH}` };
}
