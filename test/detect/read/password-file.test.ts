/** The password file of 3.0 to 3.2, in the forms that their setups wrote it. */
import { describe, expect, it } from 'vitest';
import { readPasswordFile } from '../../../src/detect/read/password-file.ts';
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

  it("between 3.0's two lines change nothing, and an administrator of another server is none of this", () => {
    const [admin, user] = TEXT_30.split('\n');
    const between = `${admin}\n${THEIRS}${user}\n`;
    expect(readPasswordFile(between, v30, NAMES)).toMatchObject({ admin: [at('postgres', 'secret')] });
    expect(readPasswordFile(`${THEIRS}${user}\n`, v30, NAMES)).toMatchObject({
      admin: [],
      user: [at('engine', 'secret')],
    });
  });

  it('behind a section that was cut off belong to it: nobody can tell where it ends', () => {
    const cut = TEXT_31.slice(0, TEXT_31.indexOf('#####  End'));
    expect(readPasswordFile(cut, v31, NAMES)).toMatchObject({ admin: [at('postgres', 'secret')], whole: true });
  });
});
