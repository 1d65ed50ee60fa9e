/** Edits of configuration files that setup shares with others. Pure: lines in, lines out. */

/** One edited line, as the uninstall record has it. */
export interface ChangedLine {
  added?: string;
  removed?: string;
}

export interface Edited {
  lines: string[];
  changed: ChangedLine[];
  /** Parameters that are nowhere in the file, not even as a comment. */
  missing: string[];
}

/**
 * otopi's setup: a set parameter is turned into a comment, and the new line follows it; where there is a comment only, the new line follows that.
 * @param params value null: only turned into a comment
 */
export function editParameters(lines: readonly string[], params: ReadonlyMap<string, string | null>): Edited {
  const pattern = /^(\s*)([#]*\s*)((\w+)(\s+)(.*))$/;
  const active = new Set(
    lines.flatMap((line) => {
      const [, , comment, , name] = pattern.exec(line) ?? [];
      return name !== undefined && comment === '' && params.has(name) ? [name] : [];
    }),
  );
  const done = new Set<string>();
  const result: Edited = { lines: [], changed: [], missing: [] };
  for (const line of lines) {
    const [, spaces = '', comment = '', original = '', name = '', , current = ''] = pattern.exec(line) ?? [];
    const commented = comment !== '';
    if (!params.has(name) || (commented && active.has(name))) {
      result.lines.push(line);
      continue;
    }
    const wanted = params.get(name) ?? null;
    if (!commented && wanted === current) {
      done.add(name);
      result.lines.push(line);
      continue;
    }
    if (commented) result.lines.push(line);
    else {
      const outcommented = `${spaces}# ${original}`;
      result.lines.push(outcommented);
      result.changed.push({ added: outcommented, removed: line });
    }
    if (wanted !== null && !done.has(name)) {
      const added = `${spaces}${name} ${wanted}`;
      result.lines.push(added);
      result.changed.push({ added });
    }
    done.add(name);
  }
  result.missing = [...params].filter(([name, value]) => value !== null && !done.has(name)).map(([name]) => name);
  return result;
}

/**
 * The handler of 3.0 to 3.2: the first line of a parameter is replaced, and the old one is lost; without one, a line is appended.
 * @param separator between name and value
 * @param uncomment where there is no such line, one that is a comment is replaced (3.2)
 */
export function replaceParameter(
  text: string,
  name: string,
  value: string,
  separator: string,
  uncomment = false,
): string {
  const own = `${name.replaceAll('.', '\\.')}\\s*${separator === ' ' ? '\\s' : separator}`;
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  let index = lines.findIndex((line) => new RegExp(`^\\s*${own}`).test(line));
  if (index === -1 && uncomment) index = lines.findIndex((line) => new RegExp(`^\\s*#\\s*${own}`).test(line));
  lines[index === -1 ? lines.length : index] = `${name}${separator}${value}`;
  return `${lines.join('\n')}\n`;
}
