/** How a text is shown: colours, width, and how much of it. */
import pc from 'picocolors';

export interface Colors {
  bold(text: string): string;
  dim(text: string): string;
  /** Only what is destroyed, or what failed, is red. */
  red(text: string): string;
  yellow(text: string): string;
  green(text: string): string;
}

export interface View {
  colors: Colors;
  width: number;
  /** Everything is listed, not only examples. */
  verbose: boolean;
  /** Name of this machine, shown where the root is `/`. */
  hostname: string;
}

/** Colours, or functions that leave the text alone. */
export function colorsOf(on: boolean): Colors {
  const { bold, dim, red, yellow, green } = pc.createColors(on);
  return { bold, dim, red, yellow, green };
}

/** For the log: everything, no colour. */
export function plainView(how: { hostname: string; verbose?: boolean }): View {
  return { colors: colorsOf(false), width: 100, verbose: how.verbose ?? true, hostname: how.hostname };
}

export function viewOf(terminal: { colors: Colors; width: number }, how: { hostname: string; verbose: boolean }): View {
  return { colors: terminal.colors, width: terminal.width, verbose: how.verbose, hostname: how.hostname };
}
