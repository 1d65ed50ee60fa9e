/** The password file of 3.0 to 3.2, in the forms that their setups wrote it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPasswordFile } from '../../../src/detect/read/password-file.ts';
import { withoutSection } from '../../../src/detect/read/password-section.ts';
import type { PasswordFileLayout } from '../../../src/model/layout.ts';

const NAMES = { defaultName: 'engine', defaultRole: 'engine' };

const v30: PasswordFileLayout = { path: '/root/.pgpass' };
const v31: PasswordFileLayout = {
  path: '/root/.pgpass',
  begin: /^##### {2}oVirt-engine DB ADMIN settings section/,
  end: /^##### {2}End of oVirt-engine DB ADMIN settings section/,
};
const v32: PasswordFileLayout = {
  path: '/etc/ovirt-engine/.pgpass',
  begin: /^# This section was created during oVirt Engine setup\.$/,
  end: /^##### {2}End of oVirt Engine DB settings section\.$/,
};

const TEXT_30 = 'localhost:5432:*:postgres:secret\nlocalhost:5432:engine:engine:secret\n';
const TEXT_31 = `#####  oVirt-engine DB ADMIN settings section. Do not change!!
localhost:5432:*:postgres:secret
localhost:5432:engine:engine:secret
#####  End of oVirt-engine DB ADMIN settings section.
`;
const TEXT_32 = `# This section was created during oVirt Engine setup.
# DO NOT CHANGE IT MANUALLY - OTHER UTILITIES AND TOOLS DEPEND ON ITS STRUCTURE.
# Beginning of the oVirt Engine DB settings section
# DB ADMIN credentials.
localhost:5432:*:postgres:secret
# DB USER credentials.
localhost:5432:*:engine:other
#####  End of oVirt Engine DB settings section.
`;
const REMOTE_32 = `# This section was created during oVirt Engine setup.
# DO NOT CHANGE IT MANUALLY - OTHER UTILITIES AND TOOLS DEPEND ON ITS STRUCTURE.
# Beginning of the oVirt Engine DB settings section
# DB ADMIN credentials.
# DB USER credentials.
db.example.com:5433:*:dba:secret
#####  End of oVirt Engine DB settings section.
`;
const THEIRS = 'db.example.com:5432:*:postgres:theirs\nlocalhost:5432:accounting:engine:theirs\n';

const at = (role: string, password: string, more: object = {}) => ({
  host: 'localhost',
  port: 5432,
  database: 'engine',
  role,
  password,
  secured: false,
  validation: false,
  ...more,
});

describe('the logins', () => {
  it.each<[string, string, PasswordFileLayout]>([
    ['3.0', TEXT_30, v30],
    ['3.1', TEXT_31, v31],
  ])('of %s are those of the administrator and of the engine', (_, text, rule) => {
    expect(readPasswordFile(text, rule, NAMES)).toEqual({
      admin: [at('postgres', 'secret')],
      user: [at('engine', 'secret')],
      whole: true,
      trouble: null,
    });
  });

  it('of 3.2 are both for any database, which stands for the default one', () => {
    expect(readPasswordFile(TEXT_32, v32, NAMES)).toMatchObject({
      admin: [at('postgres', 'secret')],
      user: [at('engine', 'other')],
    });
  });

  it('of a remote database are one, which the engine uses too', () => {
    const only = at('dba', 'secret', { host: 'db.example.com', port: 5433 });
    expect(readPasswordFile(REMOTE_32, v32, NAMES)).toMatchObject({ admin: [only], user: [only], whole: true });
  });

  it("with any host and port are those of the machine's own server", () => {
    const text = TEXT_30.replaceAll('localhost:5432', '*:*');
    expect(readPasswordFile(text, v30, NAMES)).toMatchObject({ user: [at('engine', 'secret')] });
  });
});

describe('a password', () => {
  it('was written as it is: what libpq makes of it comes first, then all of it', () => {
    const text = TEXT_32.replaceAll(':secret', ':a:b\\c');
    const { admin, user } = readPasswordFile(text, v32, NAMES)!;
    expect(admin.map(({ password }) => password)).toEqual(['a', 'a:b\\c']);
    expect(user.map(({ password }) => password)).toEqual(['other']);
  });

  it('that is empty is none', () => {
    expect(readPasswordFile(TEXT_30.replaceAll('secret', ''), v30, NAMES)).toMatchObject({ admin: [], user: [] });
  });
});

describe("other people's lines", () => {
  it.each<[string, string, PasswordFileLayout]>([
    ['3.0', TEXT_30, v30],
    ['3.1', TEXT_31, v31],
    ['3.2', TEXT_32, v32],
  ])('around those of %s are not taken for them, and keep the file from being setup’s alone', (_, text, rule) => {
    const alone = readPasswordFile(text, rule, NAMES)!;
    for (const mixed of [THEIRS + text, text + THEIRS, `# mine\n${text}`])
      expect(readPasswordFile(mixed, rule, NAMES)).toEqual({ ...alone, whole: false });
    expect(readPasswordFile(`\n${text}\n\n`, rule, NAMES)).toEqual(alone);
  });

  it.each([v30, v31, v32])('alone hold nothing of setup', (rule) => {
    for (const text of [THEIRS, '', '# comment\n', 'no password file at all\n'])
      expect(readPasswordFile(text, rule, NAMES)).toBeNull();
  });

  it("between 3.0's two lines make the first somebody's own, like an administrator of another server", () => {
    const [admin, user] = TEXT_30.split('\n');
    const elsewhere = admin!.replace('localhost', 'db.example.com');
    for (const text of [`${admin}\n${THEIRS}${user}\n`, `${THEIRS}${user}\n`, `${elsewhere}\n${user}\n`]) {
      expect(readPasswordFile(text, v30, NAMES)).toMatchObject({ admin: [], user: [at('engine', 'secret')] });
      expect(withoutSection(text, v30, NAMES)?.rest).toBe(text.replace(`${user}\n`, ''));
    }
  });

  it('behind a section that was cut off belong to it: nobody can tell where it ends', () => {
    const cut = TEXT_31.slice(0, TEXT_31.indexOf('#####  End'));
    expect(readPasswordFile(cut, v31, NAMES)).toMatchObject({
      admin: [at('postgres', 'secret')],
      whole: true,
      trouble: expect.stringContaining('without the line that ends it'),
    });
    expect(withoutSection(cut, v31, NAMES)).toBeNull();
  });
});

describe('a text without the section', () => {
  const forms: [string, string, PasswordFileLayout][] = [
    ['3.0', TEXT_30, v30],
    ['3.1', TEXT_31, v31],
    ['3.2', TEXT_32, v32],
    ['3.2, remote', REMOTE_32, v32],
  ];

  it.each(forms)('of %s has every other byte as it was, whatever they are', (_, text, rule) => {
    // Bytes as latin1; without a line that is itself setup's.
    const others = fc
      .array(fc.string({ unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)) }))
      .map((lines) => lines.map((line) => `${line}\n`).join(''))
      .filter((lines) => withoutSection(lines, rule, NAMES) === null && !lines.includes('#####'));
    fc.assert(
      fc.property(others, others, (before, after) => {
        const found = withoutSection(before + text + after, rule, NAMES);
        expect(found).toEqual({ rest: before + after, sha256: withoutSection(text, rule, NAMES)!.sha256 });
        expect(withoutSection(before + after, rule, NAMES)).toBeNull();
      }),
      { numRuns: 1000 },
    );
  });

  it.each(forms)('of %s keeps line ends, and a missing last one', (_, text, rule) => {
    const mixed = `a\r\n${text.replaceAll('\n', '\r\n')}b`;
    expect(withoutSection(mixed, rule, NAMES)?.rest).toBe('a\r\nb');
    expect(withoutSection(`a\n${text.slice(0, -1)}`, rule, NAMES)?.rest).toBe('a\n');
  });

  it("leaves a line of somebody else that is equal to one of setup's", () => {
    const user = TEXT_32.split('\n')[6]!;
    expect(withoutSection(`${user}\n${TEXT_32}${user}\n`, v32, NAMES)?.rest).toBe(`${user}\n${user}\n`);
  });

  it('is not made of one whose marks stand there twice, or in no order', () => {
    const [end] = TEXT_32.split('\n').slice(-2);
    for (const text of [
      TEXT_32 + TEXT_32,
      `${TEXT_32}${end}\n`,
      `${end}\n${TEXT_32}`,
      `${TEXT_32.split('\n')[0]}\n${TEXT_32}`,
    ]) {
      expect(withoutSection(text, v32, NAMES)).toBeNull();
      expect(readPasswordFile(text, v32, NAMES)).toMatchObject({ trouble: expect.stringContaining('more than once') });
    }
  });

  it('tells one section from another by a digest that has no secret in it', () => {
    const other = withoutSection(TEXT_32.replace('secret', 'Secret'), v32, NAMES)!;
    const { sha256 } = withoutSection(TEXT_32, v32, NAMES)!;
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(other.sha256).not.toBe(sha256);
  });
});
