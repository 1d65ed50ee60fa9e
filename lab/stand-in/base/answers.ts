/**
 * What setup is told: answer files, and for otopi's setup the post-install marker of an earlier run. Both forms of answers are read, setup's environment
 * (`OVESETUP_DB/host=str:…`) and questions (`QUESTION/1/OVESETUP_ENGINE_DB_HOST=str:…`), and the plain `[general]` keys of 3.0 to 3.2.
 */
import { readFileSync } from 'node:fs';
import { SetupError, UnansweredQuestion } from './abort.ts';

export type Value = string | number | boolean | null;

/** `type:value`; a value without a known type stops the real one too. */
export function parseValue(key: string, text: string): Value {
  const [, type, rest = ''] = /^([a-z-]+):(.*)$/s.exec(text) ?? [];
  switch (type) {
    case 'none':
      return null;
    case 'bool':
      return !['f', 'F', 'false', 'False'].includes(rest);
    case 'int':
      return Number(rest);
    case 'str':
    case 'multi-str':
      return rest;
    default:
      throw new SetupError(`${key}: "${text}" has no type`);
  }
}

export function writtenValue(value: Value): string {
  if (value === null) return 'none:None';
  if (typeof value === 'boolean') return value ? 'bool:True' : 'bool:False';
  return typeof value === 'number' ? `int:${value}` : `str:${value}`;
}

/** Lines of an INI file by section. */
function sections(text: string): Map<string, [string, string][]> {
  const found = new Map<string, [string, string][]>();
  let current: [string, string][] = [];
  for (const line of text.split('\n')) {
    const [, name] = /^\[(.+)\]\s*$/.exec(line) ?? [];
    if (name !== undefined) {
      current = found.get(name) ?? [];
      found.set(name, current);
      continue;
    }
    const [, key, value] = /^([^#;\s=][^=]*?)\s*=\s*(.*)$/.exec(line) ?? [];
    if (key !== undefined) current.push([key, value ?? '']);
  }
  return found;
}

/** One thing setup wants to know: its key in the environment, its question, or both. */
export interface Asked {
  key?: string;
  question?: string;
}

export class Answers {
  readonly #values = new Map<string, Value>();
  readonly #questions = new Map<string, string>();
  readonly #general = new Map<string, string>();

  /** Adds what a file says; what it says wins over what was there. */
  add(text: string): void {
    for (const [name, lines] of sections(text)) {
      for (const [key, written] of lines) {
        if (name === 'general') this.#general.set(key, written);
        else if (name.startsWith('environment:')) this.#put(key, parseValue(key, written));
      }
    }
  }

  #put(key: string, value: Value): void {
    const question = /^QUESTION\/\d+\/(.+)$/.exec(key)?.[1];
    if (question === undefined) this.#values.set(key, value);
    else this.#questions.set(question, String(value ?? ''));
  }

  addFile(path: string): void {
    try {
      this.add(readFileSync(path, 'utf8'));
    } catch (error) {
      if (error instanceof SetupError) throw error;
      throw new SetupError(`The answer file ${path} cannot be read: ${(error as Error).message}`);
    }
  }

  /** Key of the environment; undefined if nobody said anything, null for `none:None`. */
  value(key: string): Value | undefined {
    return this.#values.get(key);
  }

  set(key: string, value: Value): void {
    this.#values.set(key, value);
  }

  /** Key of 3.0 to 3.2: `DB_REMOTE_INSTALL`. */
  general(key: string): string | undefined {
    return this.#general.get(key);
  }

  /** An answer as text; undefined where there is none, or only an empty one. */
  text({ key, question }: Asked): string | undefined {
    const said = (key === undefined ? undefined : this.value(key)) ?? this.#questions.get(question ?? '');
    return said === undefined || said === null || said === '' ? undefined : String(said);
  }

  yes(asked: Asked): boolean | undefined {
    const said = this.text(asked);
    return said === undefined ? undefined : /^(?:y|yes|t|true|ok|automatic|local)$/i.test(said);
  }

  /**
   * An answer without which setup cannot go on.
   * @throws UnansweredQuestion at the end of the input
   */
  mustHave(asked: Asked, text: string): string {
    const said = this.text(asked);
    if (said === undefined) throw new UnansweredQuestion(asked.question ?? asked.key ?? '', text);
    return said;
  }
}
