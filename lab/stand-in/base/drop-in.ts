/** The engine's configuration: a base file and its drop-ins, sorted by name, the later one wins. As the engine's own reader has it. */
import type { Host } from './host.ts';

/** One value: backslash escapes, double quotes toggle and vanish, an unquoted blank or `#` ends it, `${NAME}` is an earlier key. */
function expand(text: string, known: ReadonlyMap<string, string>): string {
  let value = '';
  let quoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index]!;
    if (character === '\\') {
      index += 1;
      value += text[index] ?? '';
    } else if (character === '"') quoted = !quoted;
    else if (character === '$') {
      const [whole, name] = /^\$\{([^}]*)\}/.exec(text.slice(index)) ?? [];
      if (whole === undefined || name === undefined) throw new Error(`a bare $ in "${text}"`);
      value += known.get(name) ?? '';
      index += whole.length - 1;
    } else if (!quoted && /[\s#]/.test(character)) break;
    else value += character;
  }
  return value;
}

function addTo(values: Map<string, string>, text: string): void {
  for (const line of text.split('\n')) {
    const [, key, written] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line) ?? [];
    if (key !== undefined) values.set(key, expand(written ?? '', values));
  }
}

/** Every key of `<base>` and `<base>.d/*.conf`. */
export function readConfiguration(host: Host, base: string): Map<string, string> {
  const values = new Map<string, string>();
  const files = [
    base,
    ...host
      .list(`${base}.d`)
      .filter((name) => name.endsWith('.conf'))
      .map((name) => `${base}.d/${name}`),
  ];
  for (const file of files) addTo(values, host.readIfThere(file) ?? '');
  return values;
}

/** True for t, true, y, yes and 1 in any case. */
export function isTrue(value: string | undefined): boolean {
  return /^(?:t|true|y|yes|1)$/i.test(value ?? '');
}
