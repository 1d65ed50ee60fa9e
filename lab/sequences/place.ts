/** Where the databases of a host are. A sequence knows no more of it than this. */
import { postgresPrograms } from '../../test/fixture/programs.ts';
import type { RpmHost } from '../packages/rpm-host.ts';
import { PG_HBA, postgresqlUnit } from '../units.ts';
import type { Beginning } from './ground.ts';

export interface DatabasePlace {
  /** In the matrix. */
  name: string;
  /** Lines of an answer file, by which engine-setup finds them on a host that was not cleaned up. */
  answers: string;
  /** Setup is told them each time: nothing that a cleanup leaves does. */
  asked: boolean;
  /** Databases that are there before any setup, for setup to fill. */
  given: readonly string[];
  /** Makes the server, and on it what is there before any setup. Called once for each release, in a box whose state is kept. */
  install(host: RpmHost): Promise<void>;
  /** What a superuser of the server is answered: unaligned, without headings. */
  query(host: RpmHost, sql: string, database?: string): string;
  /** Keeps the databases as they are now for hosts that begin so. On the host itself they are in its box. */
  keep?(beginning: Beginning): void;
  /** Gives a host the databases as they were at its beginning. */
  give?(host: RpmHost, beginning: Beginning): void;
  destroy?(): Promise<void>;
}

/** Nothing in these servers has to outlive a crash. */
const FAST = 'fsync = off\nfull_page_writes = off\nautovacuum = off\nshared_buffers = 32MB\n';

/** Somebody else's, with a name that could be taken for one of ours. */
export const OTHERS_DATABASE = 'engine_rooms';
export const OTHERS = `CREATE ROLE inventory LOGIN PASSWORD 'sample-password';
CREATE DATABASE ${OTHERS_DATABASE} OWNER inventory;
\\connect ${OTHERS_DATABASE}
SET ROLE inventory;
CREATE TABLE public.rooms (name text);
INSERT INTO public.rooms VALUES ('boiler room');`;

/** What the stand-in of 3.0 to 3.2 makes the password of the server's administrator and of the engine's role, where nobody tells it another. */
const SCRIPTED_PASSWORD = 'sample-password';

/** A shell command that puts PostgreSQL's client programs where every shell finds them. */
export function clientPrograms(bin: string): string {
  return `ln -sf ${['psql', 'pg_dump', 'pg_restore'].map((name) => `${bin}/${name}`).join(' ')} /usr/local/bin`;
}

/** On the host itself, made by setup as the account `postgres`. */
export function localServer(dataDir: string): DatabasePlace {
  const psql = ['psql', '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-h', '/run/postgresql'];
  // From their setup on, 3.0 to 3.2 have the server ask its own account for a password too.
  const asPostgres = { user: 'postgres', env: { PGPASSWORD: SCRIPTED_PASSWORD } };
  return {
    name: 'local',
    answers: '',
    asked: false,
    given: [],
    async install(host) {
      const { bin } = await postgresPrograms();
      host.box.share('pg_hba.conf', PG_HBA);
      host.box.share('postgresql-lab.service', postgresqlUnit(bin, dataDir));
      host.sh(`${clientPrograms(bin)}
        mkdir -p ${dataDir} /run/postgresql && chown postgres ${dataDir} /run/postgresql`);
      host.box.must([`${bin}/initdb`, '-D', dataDir, '-A', 'peer', '--no-sync', '--locale=C.UTF-8'], asPostgres);
      const starting = `cat /lab/pg_hba.conf >${dataDir}/pg_hba.conf
        echo '${FAST}' >>${dataDir}/postgresql.conf
        cp /lab/postgresql-lab.service /etc/systemd/system && systemctl enable -q --now postgresql-lab`;
      host.box.must(['/bin/sh', '-c', starting]); // by the box's own systemd, also where the host sees none
      host.box.must(psql, { ...asPostgres, input: OTHERS });
    },
    query(host, sql, database = 'postgres') {
      return host.box.must([...psql, '-d', database], { ...asPostgres, input: sql });
    },
  };
}
