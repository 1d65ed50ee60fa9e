/** Brings manual page, completion and the list of layouts up to date with the program's tables. */
import { readFileSync, writeFileSync } from 'node:fs';
import { FILES, filled } from './generated.ts';

for (const file of FILES) {
  const path = new URL(`../${file}`, import.meta.url);
  const text = readFileSync(path, 'utf8');
  const now = filled(text);
  if (now !== text) writeFileSync(path, now);
  process.stdout.write(`${now === text ? 'up to date' : 'written   '}  ${file}\n`);
}
