/**
 * Databases on a second host over TLS. Since 3.3 a DBA makes them: they can be emptied from the engine's host, never dropped. Setup of 3.2 makes and drops its own there, with the login of somebody
 * who may do that and nothing more; 3.0 has no such thing.
 */
import { postgresPrograms } from '../../test/fixture/programs.ts';
import { DATABASE_HOST, DatabaseBox } from '../database-box.ts';
import { EDITIONS } from '../packages/editions.ts';
import { traitsOf } from '../stand-in/base/releases.ts';
import { CINDERLIB, type DatabaseKind, DWH, ENGINE, MANAGEDBLOCK, REPORTS } from '../stand-in/otopi/database-kinds.ts';
import { clientPrograms, type DatabasePlace, OTHERS } from './place.ts';
import { isScripted, type SequenceRelease } from './releases.ts';

const KINDS: readonly DatabaseKind[] = [ENGINE, DWH, CINDERLIB, MANAGEDBLOCK, REPORTS];

/** Components that the stand-in sets up beside a server of their own host only. */
const LOCAL_ONLY: readonly string[] = ['grafana', 'keycloak'];

/** With what is special to drop-ins and to password files. */
const PASSWORD = String.raw`of:the\DBA`;

/** The release as it is set up beside such a server. */
export function elsewhere(release: SequenceRelease): SequenceRelease {
  return { ...release, components: release.components.filter((one) => !LOCAL_ONLY.includes(one)) };
}

/** Setup of 3.2 writes the password into a password file as it is: nothing special may be in it. */
const ADMINISTRATOR = { role: 'dba', password: 'of-the-dba' };

/** For setup of 3.2. */
const ADMINISTRATORS_ANSWERS = `[general]
DB_REMOTE_INSTALL=remote
DB_HOST=${DATABASE_HOST}
DB_PORT=5432
DB_ADMIN=${ADMINISTRATOR.role}
DB_REMOTE_PASS=${ADMINISTRATOR.password}
DB_SECURE_CONNECTION=yes
`;

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
export function remoteServer(release: SequenceRelease, verified: boolean): DatabasePlace {
  const { components, edition } = release;
  const scripted = isScripted(release);
  const kinds = KINDS.filter(({ component }) => !scripted && components.includes(component));
  const savedAs = (beginning: string): string => beginning.replace(' ', '-');
  let server: DatabaseBox | null = null;
  return {
    name: verified ? 'remote, verified' : 'remote',
    answers: scripted ? ADMINISTRATORS_ANSWERS : kinds.map((kind) => answersFor(kind, verified)).join(''),
    asked: scripted,
    given: kinds.map(({ name }) => name),
    async install(host) {
      server = await DatabaseBox.boot();
      const { uuidOssp } = traitsOf(EDITIONS[edition].version);
      for (const kind of kinds)
        server.give({ name: kind.name, role: kind.name, password: PASSWORD, uuid: kind === ENGINE && uuidOssp });
      const { role, password } = ADMINISTRATOR;
      if (scripted) server.dba(`CREATE ROLE ${role} LOGIN CREATEDB PASSWORD '${password}'`);
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
