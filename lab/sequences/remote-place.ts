/** Databases on a second host over TLS, made by a DBA: they can be emptied from the engine's host, never dropped. */
import { postgresPrograms } from '../../test/fixture/programs.ts';
import { DATABASE_HOST, DatabaseBox } from '../database-box.ts';
import { EDITIONS } from '../packages/editions.ts';
import { traitsOf } from '../stand-in/base/releases.ts';
import { CINDERLIB, type DatabaseKind, DWH, ENGINE, MANAGEDBLOCK, REPORTS } from '../stand-in/otopi/database-kinds.ts';
import { clientPrograms, type DatabasePlace, OTHERS } from './place.ts';
import type { SequenceRelease } from './releases.ts';

const KINDS: readonly DatabaseKind[] = [ENGINE, DWH, CINDERLIB, MANAGEDBLOCK, REPORTS];

/** Components that the stand-in sets up beside a server of their own host only. */
const LOCAL_ONLY: readonly string[] = ['grafana', 'keycloak'];

/** With what is special to drop-ins and to password files. */
const PASSWORD = String.raw`of:the\DBA`;

/** The release as it is set up beside such a server. */
export function elsewhere(release: SequenceRelease): SequenceRelease {
  return { ...release, components: release.components.filter((one) => !LOCAL_ONLY.includes(one)) };
}

function answersFor({ answers, provisioning, name }: DatabaseKind, verified: boolean): string {
  const values = {
    host: `str:${DATABASE_HOST}`,
    port: 'int:5432',
    database: `str:${name}`,
    user: `str:${name}`,
    password: `str:${PASSWORD}`,
    secured: 'bool:True',
    securedHostValidation: verified ? 'bool:True' : 'bool:False',
  };
  const lines = Object.entries(values).map(([key, value]) => `${answers}${key}=${value}\n`);
  return `${provisioning}=bool:False\n${lines.join('')}`;
}

/** @param verified setup checks the server's certificate (`SECURED_VALIDATION`) */
export function remoteServer({ components, edition }: SequenceRelease, verified: boolean): DatabasePlace {
  const kinds = KINDS.filter(({ component }) => components.includes(component));
  const savedAs = (beginning: string): string => beginning.replace(' ', '-');
  let server: DatabaseBox | null = null;
  return {
    name: verified ? 'remote, verified' : 'remote',
    answers: kinds.map((kind) => answersFor(kind, verified)).join(''),
    given: kinds.map(({ name }) => name),
    async install(host) {
      server = await DatabaseBox.boot();
      const { uuidOssp } = traitsOf(EDITIONS[edition].version);
      for (const kind of kinds)
        server.give({ name: kind.name, role: kind.name, password: PASSWORD, uuid: kind === ENGINE && uuidOssp });
      server.dba(OTHERS);
      host.sh(clientPrograms((await postgresPrograms()).bin));
      server.connect(host.box);
      if (verified) server.makeKnownTo(host.box);
    },
    query: (_host, sql, database) => server!.dba(sql, database),
    keep: (beginning) => server!.save(savedAs(beginning)),
    give(host, beginning) {
      server!.restore(savedAs(beginning));
      server!.connect(host.box);
    },
    async destroy() {
      await server?.destroy();
    },
  };
}
