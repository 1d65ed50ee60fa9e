/**
 * Answer files of setup, `/var/lib/ovirt-engine/setup/answers/<timestamp>-setup.conf`. They survive a cleanup and the removal of the packages.
 * Up to 4.2 they hold setup's environment (`OVESETUP_DB/host`); since 4.3 what was asked and answered
 * (`QUESTION/1/OVESETUP_ENGINE_DB_HOST`), so credentials are only there for a database that setup did not make itself.
 */
import type { AnswerNames } from '../../model/layout.ts';
import { DEFAULT_PORT, parsePort, type RawCredentials } from './jdbc.ts';
import { type OtopiValue, parseEnvironment } from './otopi.ts';
import type { Problem } from './problem.ts';

/** What an answer file says about one database. */
export interface DatabaseAnswers {
  credentials: RawCredentials | null;
  /** Somebody else made the database (by hand, or on another host); null if the file does not tell. */
  providedByOthers: boolean | null;
  problems: Problem[];
}

/** Answers by the name of their question, the first one first: a question is asked again after an answer that does not work. */
function questionsOf(values: ReadonlyMap<string, OtopiValue>): Map<string, string[]> {
  const numbered = new Map<string, [number, string][]>();
  for (const [key, value] of values) {
    const match = /^QUESTION\/(\d+)\/(.+)$/s.exec(key);
    if (match === null || typeof value !== 'string') continue;
    const answers = numbered.get(match[2] ?? '') ?? [];
    answers.push([Number(match[1]), value]);
    numbered.set(match[2] ?? '', answers);
  }
  const sorted = (answers: [number, string][]) => answers.sort(([a], [b]) => a - b).map(([, answer]) => answer);
  return new Map([...numbered].map(([name, answers]) => [name, sorted(answers)]));
}

function yes(value: OtopiValue | undefined): boolean | null {
  if (typeof value === 'boolean') return value;
  return typeof value === 'string' ? /^(?:y|yes|t|true|1)$/i.test(value) : null;
}

interface Provision {
  local: boolean;
  byOthers: boolean | null;
}

/** Who made the database. */
function provisionOf(
  { provisioningPrefix, provisioningQuestionPrefix }: AnswerNames,
  values: ReadonlyMap<string, OtopiValue>,
  questions: ReadonlyMap<string, string[]>,
): Provision {
  const made = yes(values.get(`${provisioningPrefix}postgresProvisioningEnabled`));
  // The first answer: managed block storage asks later under the engine's name.
  const answer = (name: string) => questions.get(provisioningQuestionPrefix + name)?.[0]?.toLowerCase();
  const [location, enabled] = [answer('LOCATION'), answer('ENABLED')];
  const local = location === 'local' || made === true;
  if (location === 'remote' || enabled === 'manual') return { local, byOthers: true };
  if (enabled === 'automatic') return { local, byOthers: false };
  return { local, byOthers: made === null ? null : !made };
}

/** Whether setup was told to set a component up on this host; null if the file does not tell. */
export function readEnabled(text: string, keys: readonly string[], question: string | undefined): boolean | null {
  const { values } = parseEnvironment(text);
  const said = keys.map((key) => yes(values.get(key))).find((answer) => answer !== null);
  if (said !== undefined) return said;
  return question === undefined ? null : yes(questionsOf(values).get(question)?.at(-1));
}

/** Reads what an answer file says about the database of these names; the environment's own keys go before the questions. Never throws. */
export function readAnswers(text: string, names: AnswerNames): DatabaseAnswers {
  const { values, problems } = parseEnvironment(text);
  const questions = questionsOf(values);
  const value = (key: string, question: string): OtopiValue | undefined =>
    values.get(names.prefix + key) ?? questions.get(names.questionPrefix + question)?.at(-1);
  const answer = (key: string, question: string): string | undefined => {
    const found = value(key, question);
    return found === undefined || found === null || found === '' ? undefined : String(found);
  };
  const { local, byOthers } = provisionOf(names, values, questions);
  const host = answer('host', 'HOST') ?? (local ? 'localhost' : undefined); // not asked for a local database
  const digits = answer('port', 'PORT');
  const port = digits === undefined ? DEFAULT_PORT : parsePort(digits);
  const database = answer('database', 'DATABASE');
  const role = answer('user', 'USER');
  const complete = host !== undefined && port !== null && database !== undefined && role !== undefined;
  return {
    credentials: complete
      ? {
          host,
          port,
          database,
          role,
          password: answer('password', 'PASSWORD'),
          secured: yes(value('secured', 'SECURED')) ?? false,
          validation: yes(value('securedHostValidation', 'SECURED_HOST_VALIDATION')) ?? false,
        }
      : null,
    providedByOthers: byOthers,
    problems,
  };
}
