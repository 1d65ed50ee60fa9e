import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OPTIONS, type OptionRow, VERBS } from '../../src/cli/option-table.ts';
import { FORCIBLE } from '../../src/model/checks.ts';

const SCRIPT = new URL('../../packaging/completion/engine-cleanup.bash', import.meta.url).pathname;
const dir = mkdtempSync(join(tmpdir(), 'engine-cleanup-completion-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
beforeAll(() => {
  mkdirSync(join(dir, 'backups here'));
  writeFileSync(join(dir, 'backup.conf'), '');
});

/** What bash offers for the last of these words. `=` is a word of its own, as bash has it. */
function offered(...words: string[]): string[] {
  const quoted = ['engine-cleanup', ...words].map((word) => `'${word}'`).join(' ');
  const script = `
    compopt() { :; }
    source '${SCRIPT}'
    COMP_WORDS=(${quoted}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
    _engine_cleanup
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const text = execFileSync('bash', ['--norc', '-c', script], { cwd: dir, encoding: 'utf8' });
  return text.split('\n').filter((line) => line !== '');
}

describe('completion', () => {
  test('offers the words, once', () => {
    expect(offered('')).toEqual([...VERBS]);
    expect(offered('v')).toEqual(['verify']);
    expect(offered('-u', 'pl')).toEqual(['plan']);
    expect(offered('plan', '')).toEqual([]);
  });

  test('offers every option, before and after the word', () => {
    const all = OPTIONS.flatMap((row: OptionRow) => [`--${row.long}`, ...(row.short ? [`-${row.short}`] : [])]);
    expect(offered('-').sort()).toEqual(all.sort());
    expect(offered('plan', '--keep').sort()).toEqual(['--keep-changed', '--keep-pki']);
  });

  test('offers directories, files and checks where an option takes them', () => {
    expect(offered('--backup-dir', 'back')).toEqual(['backups here']);
    expect(offered('--root', '=', 'back')).toEqual(['backups here']);
    expect(offered('--config', 'back').sort()).toEqual(['backup.conf', 'backups here']);
    expect(offered('--log', '=')).toHaveLength(2);
    expect(offered('--force', '').sort()).toEqual([...FORCIBLE].sort());
    expect(offered('--force', '=', 'half')).toEqual(['half-built']);
    expect(offered('--timeout', '')).toEqual([]);
  });
});
