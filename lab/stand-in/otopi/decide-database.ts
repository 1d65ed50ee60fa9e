/**
 * Whether a database is new or upgraded, and with which credentials. Measured on 4.5.8, read in code for the others: setup's own drop-in goes before everything and
 * must work; without it automatic provisioning comes later and looks for nothing but role and database of the default name; credentials given by answers decide by
 * what is in the database.
 */
import { SetupError, UnansweredQuestion } from '../base/abort.ts';
import { isTrue, readConfiguration } from '../base/drop-in.ts';
import { type Credentials, place } from '../database/credentials.ts';
import { type DatabaseKind, ENGINE } from './database-kinds.ts';
import type { DatabaseState, OtopiRun } from './run.ts';

/** Credentials in setup's own drop-in; null where it has no password. */
function fromDropIn(run: OtopiRun, kind: DatabaseKind): Credentials | null {
  const values = readConfiguration(run.context.host, kind.base);
  const value = (key: string): string | undefined => values.get(kind.prefix + key);
  const password = value('PASSWORD');
  if (password === undefined || password === '') return null;
  return {
    host: value('HOST') ?? 'localhost',
    port: Number(value('PORT') ?? 5432),
    database: value('DATABASE') ?? kind.name,
    role: value('USER') ?? kind.name,
    password,
    secured: isTrue(value('SECURED')),
    validated: isTrue(value('SECURED_VALIDATION')),
  };
}

function stateOf(run: OtopiRun, credentials: Credentials, from: DatabaseState['from']): DatabaseState {
  const session = run.session(credentials);
  return { credentials, isNew: session.tables() === 0, from };
}

/** What the drop-in decides; null where there is none. Nothing overrides it. */
export function existingDatabase(run: OtopiRun, kind: DatabaseKind): DatabaseState | null {
  const credentials = fromDropIn(run, kind);
  if (credentials === null) return null;
  if (run.session(credentials).whyUnreachable() !== null) {
    throw new SetupError(`Cannot connect to ${kind.title} database using existing credentials: ${place(credentials)}`);
  }
  return stateOf(run, credentials, 'drop-in');
}

/** True if setup makes the database itself; the default. */
function isAutomatic(run: OtopiRun, kind: DatabaseKind): boolean {
  const { answers, options } = run.context;
  if (kind.component === ENGINE.component && options.dbHost !== null) return false;
  const provisioned = answers.yes({ key: kind.provisioning });
  if (provisioned !== undefined) return provisioned;
  const location = answers.text({ question: `${kind.provisioningQuestion}LOCATION` });
  const enabled = answers.text({ question: `${kind.provisioningQuestion}ENABLED` });
  return location?.toLowerCase() !== 'remote' && enabled?.toLowerCase() !== 'manual';
}

/** Credentials given by answers, for a database that somebody else made. */
function fromAnswers(run: OtopiRun, kind: DatabaseKind): Credentials {
  const { answers, options } = run.context;
  const asked = (key: string, question: string) => ({ key: kind.answers + key, question: kind.question + question });
  const secured = answers.yes(asked('secured', 'SECURED')) ?? false;
  const validated = answers.yes(asked('securedHostValidation', 'SECURED_HOST_VALIDATION')) ?? false;
  const engine = kind.component === ENGINE.component;
  const tls = engine ? options.dbSecured : null;
  return {
    host: (engine ? options.dbHost : null) ?? answers.text(asked('host', 'HOST')) ?? 'localhost',
    port: (engine ? options.dbPort : null) ?? Number(answers.text(asked('port', 'PORT')) ?? 5432),
    database: answers.text(asked('database', 'DATABASE')) ?? kind.name,
    role: answers.text(asked('user', 'USER')) ?? kind.name,
    password: answers.mustHave(asked('password', 'PASSWORD'), `${kind.title} database password:`),
    secured: tls === null ? secured : tls !== 'no',
    validated: tls === null ? validated : tls === 'verify',
  };
}

/** A database that somebody else made. */
function manualDatabase(run: OtopiRun, kind: DatabaseKind): DatabaseState {
  const credentials = fromAnswers(run, kind);
  const session = run.session(credentials);
  const reason = session.whyUnreachable();
  if (reason !== null) {
    throw new UnansweredQuestion(
      `${kind.question}HOST`,
      `Cannot connect to ${kind.title} database: ${reason}. ${kind.title} database host:`,
    );
  }
  const needsUuid = kind.component === ENGINE.component && run.traits.uuidOssp;
  if (needsUuid && session.value("select 1 from pg_extension where extname = 'uuid-ossp'") === null) {
    throw new SetupError(`The uuid-ossp extension is not installed in database ${credentials.database}.`);
  }
  return stateOf(run, credentials, 'answers');
}

/** What is decided before anything is changed. A database that setup makes itself is new, whatever lies beside it. */
export function decideDatabase(run: OtopiRun, kind: DatabaseKind): DatabaseState {
  return (
    existingDatabase(run, kind) ??
    (isAutomatic(run, kind) ? { credentials: null, isNew: true, from: 'provisioned' } : manualDatabase(run, kind))
  );
}
