/** Any database of any host: reached or not, with and without a superuser's view, whole, half-built or empty, ours or somebody else's. */
import fc from 'fast-check';
import { g5 } from '../../src/layouts/g5.ts';
import { databasesOf } from '../../src/layouts/index.ts';
import type { AdminServer, Credentials } from '../../src/model/credentials.ts';
import type {
  AdminView,
  DatabaseContent,
  DatabaseFact,
  LeftoverDatabase,
  Reach,
  RoleView,
} from '../../src/model/facts.ts';
import type { ComponentId, DatabaseLayout } from '../../src/model/layout.ts';
import { content, credentials, database, EMPTY_CONTENT, superuserView } from './facts.ts';

/** Identity of this host's DWH, where it has one. */
export const DWH_UUID = 'uuid-of-this-host';

/** Of 3.2. */
export const PASSWORD_FILE = '/etc/ovirt-engine/.pgpass';

const STATES = ['connected', 'absent', 'rejected', 'sealed', 'half-dropped', 'unreachable', 'no-credentials'] as const;

const anyContent: fc.Arbitrary<DatabaseContent> = fc
  .record({
    kind: fc.constantFrom('full', 'half', 'empty', 'views'),
    foreignObjects: fc.subarray(['table public.figures']),
    cascades: fc.subarray([{ name: 'view reports.hosts', definition: 'CREATE VIEW reports.hosts AS SELECT 1;' }]),
    publicSchema: fc.boolean(),
    secrets: fc.nat(2),
    hostedEngine: fc.constantFrom('none', 'active', 'idle', 'maintenance', 'unknown'),
    dwh: fc.option(fc.record({ uuid: fc.constantFrom(DWH_UUID, 'of another host', '', null), running: fc.boolean() }), {
      nil: null,
    }),
  })
  .map(({ kind, secrets, dwh, ...one }) => {
    const base = {
      full: content(),
      half: content({ missing: ['vms'] }),
      empty: EMPTY_CONTENT,
      views: { ...EMPTY_CONTENT, ownedObjects: 3 },
    }[kind];
    return {
      ...base,
      ...one,
      encrypted: kind === 'full' ? { 'providers.auth_password': secrets } : {},
      dwh: dwh && { ...dwh, hostname: 'host' },
    };
  });

function anyRole(name: string): fc.Arbitrary<RoleView> {
  return fc
    .record({ exists: fc.boolean(), superuser: fc.boolean(), elsewhere: fc.subarray(['accounting', ...OLD]) })
    .map((role) => ({ name, ...role }));
}

const OLD = ['engine_2013_01_02_03_04_05', 'engine_2014_01_02_03_04_05'];

/** The postgres account of this machine; a login of the password file that is a superuser, or is none. */
const anyWay: fc.Arbitrary<AdminServer> = fc.constantFrom<AdminServer>(
  { socket: 5432 },
  ...[true, false].map((superuser) => ({
    credentials: { ...credentials('engine', PASSWORD_FILE), role: 'dba', database: 'postgres' },
    superuser,
  })),
);

/** Databases that upgrades left, as whoever sees them may drop them or not. */
const anyLeftovers: fc.Arbitrary<LeftoverDatabase[]> = fc
  .tuple(fc.subarray(OLD), fc.constantFrom(-1, 0), fc.boolean())
  .map(([names, connectionLimit, mayDrop]) =>
    names.map((name) => ({ ...superuserView().database!, name, connectionLimit, mayDrop })),
  );

/** What the superuser sees agrees with what the server says to the role. */
function anyAdmin(own: Credentials | null, layout: DatabaseLayout, state: Reach['state']): fc.Arbitrary<AdminView> {
  const role = own?.role ?? layout.defaultRole;
  const there = state === 'connected' || state === 'sealed' || state === 'half-dropped';
  const limits = { sealed: [0], 'half-dropped': [-2] } as Partial<Record<Reach['state'], number[]>>;
  return fc
    .record({
      available: fc.boolean(),
      exists: there ? fc.constant(true) : state === 'absent' ? fc.constant(false) : fc.boolean(),
      owner: fc.constantFrom(role, layout.defaultRole, 'dba', null),
      connectionLimit: fc.constantFrom(...(limits[state] ?? [-1, 0, 40])),
      recognised: fc.boolean(),
      partial: fc.boolean(),
      mayDrop: fc.boolean(),
      tables: fc.constantFrom(0, 156),
      via: anyWay,
      leftovers: anyLeftovers,
      role: fc.option(anyRole(role), { nil: null }),
      readOnlyRoles: fc.subarray(['reader', 'grafana']).chain((names) => fc.tuple(...names.map(anyRole))),
      siblings: fc.subarray(['engine_20250101120000']),
    })
    .map(({ available, role, readOnlyRoles, siblings, via, leftovers, ...seen }) => {
      if (!available) return database().admin;
      const nothing = { owner: null, connectionLimit: -1, recognised: false, tables: 0, sizeBytes: 0, mayDrop: false };
      const view = { sizeBytes: 1, ...seen, ...(seen.exists ? {} : nothing) };
      const rest = { role, readOnlyRoles: [...readOnlyRoles], siblings, leftovers };
      const mayDrop = view.mayDrop || 'socket' in via || via.superuser;
      return { ...superuserView(), via, database: { ...view, mayDrop }, ...rest };
    });
}

function anyCredentials(component: ComponentId, layout: DatabaseLayout): fc.Arbitrary<Credentials> {
  const path = layout.credentials[0]!;
  return fc
    .record({
      origin: fc.constantFrom<Credentials['origin']>(
        'drop-in',
        'password-file',
        'copy',
        'borrowed',
        'answer-file',
        'properties',
        'pgpass',
      ),
      host: fc.constantFrom('localhost', 'db.example.com'),
      port: fc.constantFrom(5432, 5433),
      name: fc.constantFrom(layout.defaultName, 'production'),
    })
    .map(({ origin, name, ...where }) => ({
      ...credentials(component, sourceOf(origin, path)),
      ...where,
      database: name,
      role: name === layout.defaultName ? layout.defaultRole : 'owner',
      origin,
    }));
}

/** Where credentials of an origin lie; each of these files is among the files of `anyFacts`. */
export function sourceOf(origin: Credentials['origin'], dropIn: string): string {
  const places: Record<Credentials['origin'], string> = {
    'drop-in': dropIn,
    'password-file': PASSWORD_FILE,
    copy: `${dropIn}.20250101000000`,
    borrowed: '/etc/ovirt-engine/engine.conf.d/10-setup-dwh-database.conf',
    'answer-file': '/var/lib/ovirt-engine/setup/answers/20250101000000-setup.conf',
    properties: '/etc/ovirt-engine/aaa/internal.properties',
    pgpass: '/tmp/tmpabcdefgh',
  };
  return places[origin];
}

function anyDatabase(component: ComponentId, layout: DatabaseLayout): fc.Arbitrary<DatabaseFact> {
  return fc
    .record({ state: fc.constantFrom(...STATES), own: anyCredentials(component, layout) })
    .chain(({ state, own }) => {
      const known = state === 'no-credentials' ? null : own;
      const reach: Reach = state === 'connected' ? { state } : { state, message: state };
      return fc
        .record({
          content: state === 'connected' ? anyContent : fc.constant(null),
          admin: anyAdmin(known, layout, state),
          providedByOthers: fc.boolean(),
          foreign:
            known === null
              ? fc.constant(null)
              : fc.option(fc.constant('belongs to another host'), { nil: null, freq: 4 }),
          speculative: known === null ? fc.boolean() : fc.constant(false),
          others: fc.subarray(['"other" on db:5432']),
          adminLogins: fc.subarray([{ ...credentials(component, PASSWORD_FILE), role: 'dba', database: 'postgres' }]),
        })
        .map((more) =>
          database({
            ...more,
            component,
            title: layout.title,
            credentials: known,
            candidates: known === null ? [] : [known],
            local: own.host === 'localhost',
            reach,
            // A database of another host is not asked as superuser.
            admin: more.foreign === null ? more.admin : database().admin,
          }),
        );
    });
}

/** Any choice of the databases a release knows, each in any state. */
export const anyDatabases: fc.Arbitrary<DatabaseFact[]> = fc
  .subarray(databasesOf(g5))
  .chain((chosen) => fc.tuple(...chosen.map(({ component, database: layout }) => anyDatabase(component, layout))));
