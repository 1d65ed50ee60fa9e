/** What an administrator does with a backup and nothing else: reads its README and types its commands. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The commands that put everything back, in their order, exactly as printed: one a line, indented. */
export function wayBack(readme: string): string[] {
  const [, part = ''] = /^## Put everything back by hand\n(.*?)^## /ms.exec(readme) ?? [];
  return part
    .split('\n')
    .filter((line) => line.startsWith('    '))
    .map((line) => line.slice(4));
}

/** Titles of the numbered sections. */
export function sections(readme: string): string[] {
  return readme.split('\n').filter((line) => /^### \d+\. /.test(line));
}

export function readmeOf(dir: string): string {
  return readFileSync(join(dir, 'README'), 'utf8');
}

/** Runs them in the backup's directory. One that fails, or complains, is an error. */
export function putBack(dir: string, env: NodeJS.ProcessEnv): void {
  for (const line of wayBack(readmeOf(dir))) {
    const { status, stderr } = spawnSync('/bin/sh', ['-c', line], { cwd: dir, env, encoding: 'utf8' });
    if (status !== 0 || stderr !== '') throw new Error(`${line}\nended with ${status}: ${stderr}`);
  }
}
