/** Where the databases of a host are. A sequence knows no more of it than this. */
import { postgresPrograms } from '../../test/fixture/programs.ts';
import type { RpmHost } from '../packages/rpm-host.ts';
import { PG_HBA, postgresqlUnit } from '../units.ts';

export interface DatabasePlace {
  /** In the matrix. */
  name: string;
  /** Lines of the answer file of every engine-setup. */
  answers: string;
  /** Makes the server, and on it what is there before any setup. Called once for each release, in a box whose state is kept. */
  install(host: RpmHost): Promise<void>;
  /** What a superuser of the server is answered: unaligned, without headings. */
  query(host: RpmHost, sql: string, database?: string): string;
}

/** Nothing in these servers has to outlive a crash. */
const FAST = 'fsync = off\nfull_page_writes = off\nautovacuum = off\nshared_buffers = 32MB\n';

/** Somebody else's, with a name that could be taken for one of ours. */
const OTHERS = `CREATE ROLE inventory LOGIN PASSWORD 'sample-password';
CREATE DATABASE engine_rooms OWNER inventory;
\\connect engine_rooms
SET ROLE inventory;
CREATE TABLE public.rooms (name text);
INSERT INTO public.rooms VALUES ('boiler room');`;

/** On the host itself, made by setup as the account `postgres`. */
export function localServer(dataDir: string): DatabasePlace {
  const psql = ['psql', '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-h', '/run/postgresql'];
  const asPostgres = { user: 'postgres' };
  return {
    name: 'local',
    answers: '',
    async install(host) {
      const { bin } = await postgresPrograms();
      host.box.share('pg_hba.conf', PG_HBA);
      host.box.share('postgresql-lab.service', postgresqlUnit(bin, dataDir));
      host.sh(`ln -sf ${['psql', 'pg_dump', 'pg_restore'].map((name) => `${bin}/${name}`).join(' ')} /usr/local/bin
        mkdir -p ${dataDir} /run/postgresql && chown postgres ${dataDir} /run/postgresql`);
      host.box.must([`${bin}/initdb`, '-D', dataDir, '-A', 'peer', '--no-sync', '--locale=C.UTF-8'], asPostgres);
      host.sh(`cat /lab/pg_hba.conf >${dataDir}/pg_hba.conf
        echo '${FAST}' >>${dataDir}/postgresql.conf
        cp /lab/postgresql-lab.service /etc/systemd/system && systemctl enable -q --now postgresql-lab`);
      host.box.must(psql, { ...asPostgres, input: OTHERS });
    },
    query(host, sql, database = 'postgres') {
      return host.box.must([...psql, '-d', database], { ...asPostgres, input: sql });
    },
  };
}
