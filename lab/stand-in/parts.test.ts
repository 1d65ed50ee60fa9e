/** The parts of the stand-in that work without a host: edits, keystores, values, command line. */
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { UsageError } from './base/abort.ts';
import { Answers } from './base/answers.ts';
import { editParameters, replaceParameter } from './base/edit.ts';
import { parseOptions } from './base/options.ts';
import { releaseOf, traitsOf } from './base/releases.ts';
import { credentialLines } from './database/credentials.ts';
import { withDatabase, withMethod, withPeer } from './database/hba.ts';
import { decrypt } from './pki/cipher.ts';
import { readJks, writeJks } from './pki/jks.ts';

describe('edits', () => {
  it('turn a set parameter into a comment, and put the new line after it', () => {
    const params = new Map<string, string | null>([
      ['A', '/new'],
      ['B', '/b'],
      ['C', null],
      ['D', '/d'],
    ]);
    const { lines, changed, missing } = editParameters(['  A /old', '#B /example', 'C all', 'other A /x'], params);
    expect(lines).toEqual(['  # A /old', '  A /new', '#B /example', 'B /b', '# C all', 'other A /x']);
    expect(changed).toEqual([
      { added: '  # A /old', removed: '  A /old' },
      { added: '  A /new' },
      { added: 'B /b' },
      { added: '# C all', removed: 'C all' },
    ]);
    expect(missing).toEqual(['D']);
  });

  it('leave what is right alone', () => {
    expect(editParameters(['A /new'], new Map([['A', '/new']]))).toEqual({
      lines: ['A /new'],
      changed: [],
      missing: [],
    });
  });

  it('replace the first line of a parameter in the old releases', () => {
    expect(replaceParameter('a=1\nkernel.shmmax = 5\n', 'kernel.shmmax', '9', '=')).toBe('a=1\nkernel.shmmax=9\n');
    expect(replaceParameter('#Chain /x\n', 'Chain', '/y', ' ')).toBe('#Chain /x\nChain /y\n');
    expect(replaceParameter('#Chain /x\n', 'Chain', '/y', ' ', true)).toBe('Chain /y\n');
  });

  it('change who gets into the server', () => {
    const text = 'local all all md5\n# host all peer\nhost all all 127.0.0.1/32 md5\n';
    expect(withPeer(text)).toBe('local all all peer\n# host all peer\nhost all all 127.0.0.1/32 md5\n');
    expect(withMethod(text, /\bmd5\b/g, 'trust')).toContain('host all all 127.0.0.1/32 trust');
    const with_ = withDatabase(text, 'engine', 'engine', 'md5');
    expect(with_.split('\n')[1]).toBe('host    engine          engine          0.0.0.0/0               md5');
    expect(withDatabase(with_, 'engine', 'engine', 'md5')).toBe(with_);
    const ofEl = 'local all all peer\nhost all all 127.0.0.1/32 ident\nlocal replication all peer\n';
    expect(withDatabase(ofEl, 'engine', 'engine', 'md5').split('\n')[1]).toMatch(/^host +engine/);
  });
});

describe('Java’s keystore', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const key = privateKey.export({ type: 'pkcs8', format: 'der' });
  const bytes = writeJks([{ kind: 'key', alias: 'engine', key, chain: [Buffer.from('not looked at')] }], 'mypass');

  it('gives back the key with its password only', () => {
    const [entry] = readJks(bytes, 'mypass');
    expect(entry).toMatchObject({ kind: 'key', alias: 'engine' });
    expect(
      entry?.kind === 'key' && createPrivateKey({ key: entry.key, format: 'der', type: 'pkcs8' }).equals(privateKey),
    ).toBe(true);
    expect(() => readJks(bytes, 'another')).toThrow('password');
  });

  it('tells a changed file', () => {
    const changed = Buffer.from(bytes);
    changed[40] = changed[40]! ^ 1;
    expect(() => readJks(changed, 'mypass')).toThrow();
  });
});

describe('what it is told', () => {
  it('reads typed values, questions and plain keys, the later one first', () => {
    const answers = new Answers();
    answers.add(
      '[environment:default]\nOVESETUP_DB/port=int:5433\nQUESTION/1/OVESETUP_X=str:yes\n[general]\nDB_HOST=db\n',
    );
    answers.add('[environment:default]\nOVESETUP_DB/port=int:5434\nOVESETUP_A/b=none:None\nOVESETUP_C/d=bool:False\n');
    expect(answers.text({ key: 'OVESETUP_DB/port' })).toBe('5434');
    expect(answers.yes({ question: 'OVESETUP_X' })).toBe(true);
    expect(answers.yes({ key: 'OVESETUP_C/d' })).toBe(false);
    expect(answers.value('OVESETUP_A/b')).toBeNull();
    expect(answers.general('DB_HOST')).toBe('db');
    expect(() => answers.mustHave({ question: 'OVESETUP_Y' }, 'Why?')).toThrow('[OVESETUP_Y] Why?');
  });

  it('refuses what it does not know', () => {
    expect(() => parseOptions(['--die-at=nowhere'])).toThrow(UsageError);
    expect(() => parseOptions(['--password=x'])).toThrow(UsageError);
    expect(() => releaseOf('2.9')).toThrow(UsageError);
    expect(releaseOf('4.4.3-1.el8')).toEqual({ name: '4.4', version: '4.4.3', dist: 'el8' });
  });

  it('quotes passwords as the release does', () => {
    const credentials = {
      host: 'h',
      port: 1,
      database: 'd',
      role: 'r',
      password: 'a"b\\c$d:e',
      secured: true,
      validated: true,
    };
    expect(credentialLines('X_', credentials, traitsOf('3.6.1'))).toContain('X_PASSWORD="a\\"b\\\\c\\$d:e"\n');
    expect(credentialLines('X_', credentials, traitsOf('4.3.1'))).toContain('X_PASSWORD="a"b\\\\c$d\\:e"\n');
    expect(credentialLines('X_', credentials, traitsOf('4.3.1'))).toContain(
      'X_URL="jdbc:postgresql://h:1/d?ssl=true"\n',
    );
  });

  it('does not decrypt what is no secret of the key', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    expect(decrypt(pem, Buffer.alloc(128, 7).toString('base64'))).toBeNull();
    expect(decrypt('', 'x')).toBeNull();
  });
});
