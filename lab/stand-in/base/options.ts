/** The command line of the stand-in. No password is among it: those come from the answer file. */
import { UsageError } from './abort.ts';
import { STAGES, type Stage } from './stages.ts';

export const COMPONENTS = [
  'engine',
  'dwh',
  'grafana',
  'keycloak',
  'reports',
  'websocket-proxy',
  'vmconsole-proxy',
  'ovn-provider',
  'cinderlib',
  'managedblock',
  'iso',
] as const;
export type Component = (typeof COMPONENTS)[number];

export interface Options {
  /** Answer files, the later one wins. */
  answers: string[];
  /** Null: what this release sets up by default. */
  components: Component[] | null;
  /** Where the engine's database is, if somebody else made it; password and names come from the answers. */
  dbHost: string | null;
  dbPort: number | null;
  /** TLS to that database: `no`, `yes`, or `verify` for a checked certificate. */
  dbSecured: 'no' | 'yes' | 'verify' | null;
  /** CA of that server, for `verify`. */
  dbCa: string | null;
  dieAt: Stage | null;
  sigintAt: Stage | null;
  /** `4.5` or a full version; null: read from the release file. */
  release: string | null;
  /** Leaves packages alone: no version check, no version lock. */
  offline: boolean;
  /** Works below this directory: no services, and the server's own configuration is left alone. */
  root: string;
  pgSocket: string;
  pgPort: number;
  /** Application server of 3.0. */
  jboss: 'as7' | 'eap5';
  /** Size of new keys; small ones are made faster. */
  keyBits: number;
  /** Fills a new database with hosts and machines, as if the engine had been used. */
  use: boolean;
}

const DEFAULTS: Options = {
  answers: [],
  components: null,
  dbHost: null,
  dbPort: null,
  dbSecured: null,
  dbCa: null,
  dieAt: null,
  sigintAt: null,
  release: null,
  offline: false,
  root: '/',
  pgSocket: '/run/postgresql',
  pgPort: 5432,
  jboss: 'as7',
  keyBits: 2048,
  use: true,
};

function oneOf<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === value);
  if (found === undefined) throw new UsageError(`--${name}=${value}: not one of ${allowed.join(', ')}`);
  return found;
}

function number(name: string, value: string): number {
  if (!/^\d+$/.test(value)) throw new UsageError(`--${name}=${value}: not a number`);
  return Number(value);
}

function stage(name: string, value: string): Stage {
  return oneOf(name, value === 'aaa-half' ? 'schema-done' : value, STAGES);
}

type Setter = (options: Options, value: string) => void;

const SETTERS: Readonly<Record<string, Setter>> = {
  answers: (options, value) => options.answers.push(value),
  'config-append': (options, value) => options.answers.push(value),
  'answer-file': (options, value) => options.answers.push(value),
  components: (options, value) => {
    options.components = value.split(',').map((one) => oneOf('components', one, COMPONENTS));
  },
  'db-host': (options, value) => {
    options.dbHost = value;
  },
  'db-port': (options, value) => {
    options.dbPort = number('db-port', value);
  },
  'db-secured': (options, value) => {
    options.dbSecured = oneOf('db-secured', value, ['no', 'yes', 'verify'] as const);
  },
  'db-ca': (options, value) => {
    options.dbCa = value;
  },
  'die-at': (options, value) => {
    options.dieAt = stage('die-at', value);
  },
  'sigint-at': (options, value) => {
    options.sigintAt = stage('sigint-at', value);
  },
  release: (options, value) => {
    options.release = value;
  },
  root: (options, value) => {
    options.root = value;
  },
  'pg-socket': (options, value) => {
    options.pgSocket = value;
  },
  'pg-port': (options, value) => {
    options.pgPort = number('pg-port', value);
  },
  'key-bits': (options, value) => {
    options.keyBits = number('key-bits', value);
  },
  jboss: (options, value) => {
    options.jboss = oneOf('jboss', value, ['as7', 'eap5'] as const);
  },
};

/**
 * @throws UsageError for anything it does not know
 */
export function parseOptions(argv: readonly string[]): Options {
  const options: Options = { ...DEFAULTS, answers: [] };
  for (const word of argv) {
    if (word === '--offline') options.offline = true;
    else if (word === '--no-use') options.use = false;
    else {
      const [, name, value] = /^--([a-z-]+)=(.*)$/s.exec(word) ?? [];
      const setter = name === undefined ? undefined : SETTERS[name];
      if (setter === undefined || value === undefined) throw new UsageError(`unknown option ${word}`);
      setter(options, value);
    }
  }
  return options;
}
