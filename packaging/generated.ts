/** The parts of the manual page, the completion and the list of layouts that come from the program's own tables, so that they cannot drift from it. Pure. */
import { OPTIONS, type OptionRow, VERBS } from '../src/cli/option-table.ts';
import { LAYOUTS } from '../src/layouts/index.ts';
import { CHECKS, FORCIBLE } from '../src/model/checks.ts';
import { EXIT_CODES } from '../src/model/outcome.ts';
import { LAYOUT_PARTS } from './layouts.ts';

/** Text as roff takes it: a dash is a hyphen unless it is escaped, and a line must not begin as a request. */
function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^(?=[.'])/gm, '\\&');
}

/** A phrase as a sentence of its own; the name of a program keeps its small letter. */
function sentence(text: string): string {
  return `${/^[a-z]+_/.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1)}.`;
}

function releases(): string[] {
  const known = LAYOUTS.flatMap((layout) => layout.releases).sort();
  const last = known.at(-1) ?? '';
  const text = known.length > 1 ? `${known.slice(0, -1).join(', ')} and ${last}` : last;
  return ['.PP', `This version knows hosts set up by oVirt Engine ${text}.`];
}

function refusals(): string[] {
  return CHECKS.flatMap(({ check, forcible, meaning }) => [
    '.TP',
    forcible ? `.BR ${roff(check)} " (forcible)"` : `.B ${roff(check)}`,
    roff(sentence(meaning)),
  ]);
}

function exitStatus(): string[] {
  return EXIT_CODES.flatMap(({ code, name, meaning }) => ['.TP', `.BR ${code} " (${roff(name)})"`, roff(meaning)]);
}

function words(): string[] {
  const long = (kind: OptionRow['kind']): string =>
    OPTIONS.filter((row) => row.kind === kind)
      .map((row) => `--${row.long}`)
      .join(' ');
  const options = OPTIONS.flatMap((row: OptionRow) => [`--${row.long}`, ...(row.short ? [`-${row.short}`] : [])]);
  return [
    `  local words='${VERBS.join(' ')}'`,
    `  local options='${options.join(' ')}'`,
    `  local directories='${long('directory')}'`,
    `  local files='${long('file')}'`,
    `  local checks='${FORCIBLE.join(' ')}'`,
  ];
}

const PARTS: Record<string, () => string[]> = {
  releases,
  refusals,
  'exit-status': exitStatus,
  words,
  // Markdown wants an empty line around a table.
  ...Object.fromEntries(Object.entries(LAYOUT_PARTS).map(([name, part]) => [name, () => ['', ...part(), '']])),
};

/** The text with everything between "generated: NAME" and "end" made anew. An unknown name is an error. */
export function filled(text: string): string {
  return text.replace(
    /^([ \t]*(?:\.\\"|#|<!--) generated: (\S+)(?: -->)?\n)[\s\S]*?^([ \t]*(?:\.\\"|#|<!--) end(?: -->)?\n)/gm,
    (_, begin: string, name: string, end: string) => {
      const part = PARTS[name];
      if (part === undefined) throw new Error(`nothing is called "${name}"`);
      return `${begin}${part().join('\n')}\n${end}`;
    },
  );
}

/** Files with such parts, below the top of the project. */
export const FILES = ['packaging/engine-cleanup.8', 'packaging/completion/engine-cleanup.bash', 'docs/layouts.md'];
