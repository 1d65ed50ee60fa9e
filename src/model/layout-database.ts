/** What a layout says of a database, and of the server that setup makes it on. */
import type { ComponentId } from './layout.ts';

/** Names under which answer files of setup speak of one database. The key is the prefix and one of `host`, `port`, `database`, `user` …; of a question, the same in capitals. */
export interface AnswerNames {
  /** Of setup's environment: `OVESETUP_DB/`. Every release with answer files also takes these from a file it is given. */
  prefix: string;
  /** Of the questions, which are all that an answer file holds since 4.3: `OVESETUP_ENGINE_DB_`. */
  questionPrefix: string;
  /** Of the environment that says who makes the database: `OVESETUP_PROVISIONING/`. */
  provisioningPrefix: string;
  /** Of the questions about that: `OVESETUP_PROVISIONING_POSTGRES_`. */
  provisioningQuestionPrefix: string;
}

/** A file of properties that holds credentials of a database, and the keys they stand under. */
export interface PropertiesFile {
  /** Host path. */
  path: string;
  /** Key of a JDBC url, or those of host, port and database. */
  server: { url: string } | { host: string; port: string; database: string };
  role: string;
  password: string;
  /** Setup itself connects with what stands in it, as it does with its drop-in elsewhere. */
  own?: true;
  /** It is the login of the server's administrator, who made the database (3.1 and 3.2). */
  administrator?: true;
}

export interface DatabaseLayout {
  /** Name in messages: "engine database". */
  title: string;
  defaultName: string;
  defaultRole: string;
  /** `ENGINE_DB_`, `DWH_DB_` … */
  prefix: string;
  /** How answer files speak of it; null where the release's setup has no answer files, or none that name it. */
  answers: AnswerNames | null;
  /** Drop-ins that hold the credentials on the component's own host, the authoritative one first. */
  credentials: readonly string[];
  /** Drop-ins by which the other host reaches the database; there it is foreign. */
  elsewhere?: readonly string[];
  /** Where its drop-in names no host and no port, they are those under this prefix in that drop-in: the stand-alone setups of 3.3 use the engine's server. */
  serverOf?: { prefix: string; path: string };
  /** Password files for PostgreSQL's programs that hold the credentials, and the login of whoever may make and drop the database (3.0–3.2). */
  passwordFiles?: readonly PasswordFileLayout[];
  /** Property files with its credentials, those that setup reads itself among them. */
  properties?: readonly PropertiesFile[];
  /** Key that switches the database on inside its drop-in (`MANAGEDBLOCK_DB_ENABLE`). */
  enableKey?: string;
  /** Schemas of this database other than public that setup makes. */
  schemas: readonly string[];
  /** Extensions that setup needs to find in an empty database that it does not provision itself. */
  extensions: readonly string[];
  /** What tells this kind of database from any other: all of these relations exist in `public`. */
  signature: readonly string[];
  /** Relations that no other kind has, the first one that setup makes among them: any of them tells a database in which setup died. */
  traces?: readonly string[];
  /** Names under which an upgrade leaves the database. Who owns it and what is in it must be right too. */
  leftovers?: RegExp;
  /**
   * Setup makes database and role anew, and drops the role first (3.0–3.2): a role left alone is in nobody's way, but it stops where that role owns something, and at a database that is
   * there without its tables.
   */
  madeAnew?: true;
  /** What a finished setup leaves; anything missing means half-built. */
  complete: CompletenessLayout | null;
  /** What else its tables are asked. */
  questions?: DatabaseQuestions;
  /** Rows that setup stumbles over when it upgrades the database. */
  stumbles?: readonly (StumbleLayout & RowQuestion)[];
  /** Rows that refer to rows which are not there, though a foreign key says they are. `except`: constraints that setup does not look at. */
  references?: StumbleLayout & { except: readonly string[] };
  /** `table.column` pairs that hold values encrypted with the engine's key. */
  encrypted: readonly string[];
  /** Roles without a database of their own that our own files name. */
  readOnlyRoles?: readonly ReadOnlyRole[];
  /** Its rows speak of what is in the main component's database: full beside a new one of that, it is stale, and no release complains. */
  describesMain?: true;
  /** An upgrade hands the database to this component, and leaves copies of the files that named it before. */
  handedTo?: ComponentId;
  /** Name stem of setup's own dumps: `/var/lib/ovirt-engine/backups/engine-*.dump`. */
  dumps: string;
}

/** A role that only reads (Grafana's): named by drop-ins with this prefix, and by `users`, files of another form: the group `role` of the pattern is the name. */
export interface ReadOnlyRole {
  prefix: string;
  credentials: readonly string[];
  users: readonly { path: string; name: RegExp }[];
  defaultName: string;
}

/** A password file of setup. With `begin`, only the lines from the first that matches it to the next that matches `end` are setup's; without, those of the default names. */
export interface PasswordFileLayout {
  /** Host path. */
  path: string;
  begin?: RegExp;
  end?: RegExp;
}

export interface CompletenessLayout {
  relations: readonly string[];
  schemas: readonly string[];
  /** Questions that a finished database answers with true. `lack`: what is missing where it does not. */
  rows: readonly (RowQuestion & { lack: string })[];
}

/** A question to the tables of a database, asked only where everything it needs is there and may be read: a setup that died leaves any subset of them. */
export interface RowQuestion {
  /** `table.column` pairs of `public`. */
  needs: readonly string[];
  /** A query on base tables, because views may be gone, with names qualified by their schema. What it gives is said where the question stands. */
  sql: string;
}

/** What the rest of the program wants to know of the rows of a database; absent where the release has nothing of the kind. */
export interface DatabaseQuestions {
  /** One row with what is registered of the Data Warehouse: `hostname`, `uuid` (text, null without such a row) and `running` (boolean). */
  timekeeping?: RowQuestion;
  /** One word about the hosted engine's machine, as `DatabaseContent.hostedEngine` has it. `override`: key of setup's environment that makes it go on all the same. */
  hostedEngine?: RowQuestion & { override: string };
  /** Id of the network provider that has the name setup gives its own; null where there is none. */
  provider?: RowQuestion;
  /** Days before its end from which setup renews a certificate, as a number; null where the database does not say. */
  renewalDays?: RowQuestion;
  /** How many options have a value that is encrypted with the engine's key: rows of a table whose other values are not. The first of `needs` is the column. */
  encryptedOptions?: RowQuestion;
}

/** Something in a database that engine-setup stumbles over when it upgrades it. As a question: its query lists in the column `name` what is shown of each, or null where nothing is. */
export interface StumbleLayout {
  /** Name of the check of `verify`. */
  check: string;
  /** A warning stops no setup; an obstacle stops one that nobody is there to answer, or every one. */
  severity: 'obstacle' | 'warning';
  /** What they are, as a phrase after "holds". */
  what: string;
  /** What setup does about them, as a sentence without its subject: "stops and asks". */
  effect: string;
  hint: string;
}

/** The server of databases that setup makes on this host. */
export interface DatabaseServerLayout {
  unit: string;
  /** Host path of its data directory. */
  dataDir: string;
}
