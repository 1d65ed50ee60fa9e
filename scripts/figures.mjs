// What tests counted of what they tried (test/fixture/figures.ts), added up when all of them have ended.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** `env` goes to the tests; `tell` prints the sums of each kind, with `parts` what they consist of too. */
export function collectFigures() {
  const dir = mkdtempSync(join(tmpdir(), 'engine-cleanup-figures-'));
  const file = join(dir, 'figures');
  writeFileSync(file, '');
  const tell = (parts = false) => {
    const lines = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
    rmSync(dir, { recursive: true, force: true });
    const told = lines.map((line) => JSON.parse(line));
    if (told.length > 0) process.stdout.write('\n');
    if (parts)
      for (const { kind, title, tried, good, word } of told)
        process.stdout.write(`${kind}, ${title}: ${tried} tried, ${good} ${word}\n`);
    for (const [kind, word] of new Map(told.map((one) => [one.kind, one.word]))) {
      const sum = (key) => told.reduce((total, one) => total + (one.kind === kind ? one[key] : 0), 0);
      process.stdout.write(`${kind}: ${sum('tried')} tried, ${sum('good')} ${word}\n`);
    }
  };
  return { env: { FIGURES: file }, tell };
}
