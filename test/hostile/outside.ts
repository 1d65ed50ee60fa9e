/** What lies beside a root, and what must not be touched in it. */
import { lstatSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Box } from '../e2e/harness.ts';
import { listTree } from '../fixture/listing.ts';

/** A place of somebody else. */
export class Outside {
  readonly dir: string;

  constructor(box: Box) {
    this.dir = join(box.dir, 'outside');
    mkdirSync(this.dir, { recursive: true });
  }

  path(name: string): string {
    return join(this.dir, name);
  }

  write(name: string, text: string): string {
    const path = this.path(name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  /** Everything in it, with the times of files: a file that was written again with what it had is not untouched. */
  picture(): string[] {
    return listTree(this.dir).map((entry) =>
      JSON.stringify({ ...entry, mtimeMs: lstatSync(join(this.dir, entry.path)).mtimeMs }),
    );
  }
}

/** Characters that a terminal would obey; line ends are the program's own. */
export const OBEYED = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;
