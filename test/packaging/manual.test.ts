import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { FILES, filled } from '../../packaging/generated.ts';
import { OPTIONS, type OptionRow, VERBS } from '../../src/cli/option-table.ts';
import { CHECKS } from '../../src/model/checks.ts';
import { EXIT_CODES } from '../../src/model/outcome.ts';
import { passedOver, whyNoProgram } from '../fixture/needs.ts';

const noGroff = passedOver('The look of the manual page', await whyNoProgram('groff'));

function read(file: string): string {
  return readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
}

const page = read('packaging/engine-cleanup.8');

/** The page as it is read: no requests, no escapes. */
const plain = page
  .split('\n')
  .filter((line) => !line.startsWith('.\\"'))
  .map((line) => line.replace(/^\.(?:[A-Z]{1,2}|EX|EE)\b ?/, '').replace(/\\f[RIBP]/g, ''))
  .join('\n')
  .replaceAll('\\-', '-');

/** The heading of each entry of a section, as `.TP` gives it. */
function entries(section: string): string[] {
  const text = page.split(/^\.SH /m).find((part) => part.startsWith(section)) ?? '';
  return [...text.matchAll(/^\.TP\n\.([A-Z]+) (.*)$/gm)].map(([, , heading]) =>
    heading!.replaceAll('\\-', '-').replaceAll('" ', '"').replaceAll(/[" ]+/g, ' ').trim(),
  );
}

describe('the manual page', () => {
  test.each(FILES)('%s is up to date with the tables of the program (npm run packaging)', (file) => {
    expect(read(file)).toBe(filled(read(file)));
  });

  test('has every option with its short form and its argument, and no other', () => {
    const argument: Record<OptionRow['kind'], string> = {
      switch: '',
      directory: ' DIR',
      file: ' FILE',
      seconds: ' SECONDS',
      check: ' CHECK',
      number: ' KEEP',
    };
    const expected = OPTIONS.map((row: OptionRow) =>
      row.short ? `-${row.short} , --${row.long}` : `--${row.long}${argument[row.kind]}`,
    );
    expect(entries('OPTIONS').sort()).toEqual(expected.sort());
  });

  test('has every word, exit code and reason to refuse', () => {
    expect(entries('WORDS')).toEqual([...VERBS]);
    expect(entries('"EXIT STATUS"')).toEqual(EXIT_CODES.map(({ code, name }) => `${code} (${name})`));
    expect(entries('REFUSALS')).toEqual(CHECKS.map(({ check, forcible }) => check + (forcible ? ' (forcible)' : '')));
    for (const { meaning } of EXIT_CODES) expect(plain).toContain(meaning);
  });

  test.each([
    '/etc/engine-cleanup.conf',
    '/var/log/ovirt-engine/engine-cleanup.log',
    '/run/engine-cleanup.lock',
    '/var/lib/engine-cleanup/RUN/backup/',
    'NO_COLOR',
    'TERM',
    'schema/report.schema.json',
    '10-setup-uuid.conf',
  ])('tells of %s', (what) => {
    expect(plain).toContain(what);
  });

  test('has an example for every way to use it that is promised', () => {
    const examples = plain.slice(plain.indexOf('\nEXAMPLES\n'), plain.indexOf('\nNOTES\n'));
    const commands = (lines: string): string => lines.replace(/^ +/gm, '    ');
    for (const sequence of [
      `engine-cleanup
       yum remove ovirt-engine
       yum install ovirt-engine
       engine-setup`,
      `yum remove ovirt-engine
       yum install ovirt-engine
       engine-cleanup
       engine-setup`,
      `yum remove ovirt-engine
       engine-cleanup
`,
      `engine-cleanup -d
       yum remove ovirt-engine
       yum install ovirt-engine
       engine-setup`,
      `yum remove ovirt-engine
       yum install ovirt-engine
       engine-cleanup -d --keep-pki
       engine-setup`,
      `engine-cleanup -u
       engine-setup`,
    ])
      expect(examples).toContain(`    ${commands(sequence)}`);
  });

  test('uses only what every man knows, and no dash that cannot be copied', () => {
    const known = ['TH', 'SH', 'TP', 'IP', 'PP', 'B', 'I', 'BR', 'RB', 'RI', 'IR', 'BI', 'EX', 'EE', 'br', 'nh', 'ad'];
    for (const [at, line] of page.split('\n').entries()) {
      if (line.startsWith('.\\"')) continue;
      const request = /^\.(\w+)/.exec(line)?.[1];
      if (request !== undefined) expect(known, `line ${at + 1}`).toContain(request);
      const text = request === 'TH' ? '' : line.replaceAll('\\-', '');
      expect(text, `line ${at + 1}`).not.toMatch(/(?:^|[\s"])-|--/);
    }
  });

  test.skipIf(noGroff)('is taken by groff without a warning', () => {
    const { status, stderr } = spawnSync('groff', ['-man', '-Tutf8', '-ww', '-z'], { input: page, encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });
});

test('a part that nobody makes is an error, not an empty section', () => {
  expect(() => filled('.\\" generated: nonsense\n.\\" end\n')).toThrow('nonsense');
});

describe('logrotate', () => {
  const rules = read('packaging/engine-cleanup.logrotate');

  test('takes the log that the program writes, and leaves it to the program to make a new one', () => {
    expect(rules).toMatch(/^\/var\/log\/ovirt-engine\/engine-cleanup\.log \{$/m);
    expect(rules).toMatch(/^ +nocreate$/m);
    // The directory belongs to the engine's account: logrotate refuses it unless it is told as whom to work.
    expect(rules).toMatch(/^ +su root root$/m);
    expect(rules).not.toMatch(/copytruncate|create 0/);
  });
});
