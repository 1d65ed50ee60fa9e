/** How large the program is. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface Size {
  files: number;
  lines: number;
  /** Lines of the middle file, and of the largest. */
  median: number;
  largest: number;
  bundleKib: number;
}

export function sizeOf(top: string): Size {
  const lines = readdirSync(join(top, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(top, 'src', name), 'utf8').split('\n').length - 1)
    .sort((a, b) => a - b);
  return {
    files: lines.length,
    lines: lines.reduce((sum, one) => sum + one, 0),
    median: lines[lines.length >> 1] ?? 0,
    largest: lines.at(-1) ?? 0,
    bundleKib: Math.round(
      readdirSync(join(top, 'dist'))
        .filter((name) => name.endsWith('.cjs'))
        .reduce((sum, name) => sum + statSync(join(top, 'dist', name)).size, 0) / 1024,
    ),
  };
}
