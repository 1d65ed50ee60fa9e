/**
 * The floor: the least a cleanup of the captured shape must do, as a shell script without any check — dump, drop everything in one transaction, tar, rm.
 * It neither looks at the host nor reads anything back.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ThrowAwayHost } from '../test/fixture/host.ts';
import { ENGINE_PASSWORD, type PostgresServer } from '../test/fixture/postgres.ts';

const DROP = `BEGIN;
DROP OWNED BY engine CASCADE;
CREATE SCHEMA IF NOT EXISTS public;
CREATE EXTENSION IF NOT EXISTS "uuid-ossp";
COMMIT;
`;

/** Command and environment of the floor on one host. */
export function floor(
  host: ThrowAwayHost,
  server: PostgresServer,
  dir: string,
): { command: string[]; env: NodeJS.ProcessEnv } {
  const list = join(dir, 'files');
  const drop = join(dir, 'drop.sql');
  const script = join(dir, 'floor.sh');
  writeFileSync(list, host.made.map((path) => `.${path}\0`).join(''));
  writeFileSync(drop, DROP);
  writeFileSync(
    script,
    `set -e
pg_dump -Fc -f "${dir}/engine.dump"
psql -qX -v ON_ERROR_STOP=1 -f "${drop}"
cd "${host.dir}"
tar --create --gzip --file="${dir}/files.tar.gz" --null --files-from="${list}"
xargs -0 rm < "${list}"
sync -d "${dir}/engine.dump" "${dir}/files.tar.gz"
`,
  );
  const { bin, env } = server.programs;
  return {
    command: ['/bin/sh', script],
    env: {
      ...process.env,
      ...env,
      PATH: `${bin}:${process.env.PATH}`,
      PGHOST: 'localhost',
      PGPORT: String(server.port),
      PGUSER: 'engine',
      PGDATABASE: 'engine',
      PGPASSWORD: ENGINE_PASSWORD,
    },
  };
}
