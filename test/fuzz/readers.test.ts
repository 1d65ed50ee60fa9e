/**
 * Every reader of a foreign text, fed what is nearly right: it ends, throws nothing but what it promises, and keeps the promise that safety rests on. `npm run fuzz -- 1000000` feeds
 * more than the 10 000 of a test run.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { parseConfigFile } from '../../src/cli/config-file.ts';
import { parseArguments } from '../../src/cli/options.ts';
import { printable } from '../../src/cli/safe.ts';
import { readAnswers, readEnabled } from '../../src/detect/read/answers.ts';
import { splitLines, UNIVERSAL_ENDS } from '../../src/detect/read/blanks.ts';
import { databaseCredentials, readDropIns } from '../../src/detect/read/drop-in.ts';
import { dropInText } from '../../src/detect/read/drop-in-write.ts';
import { parseIni, scanIni } from '../../src/detect/read/ini.ts';
import { parseJdbcUrl } from '../../src/detect/read/jdbc.ts';
import { readJks } from '../../src/detect/read/jks.ts';
import { editsByRules, findEdits, revertEdits } from '../../src/detect/read/lines.ts';
import { parseEnvironment } from '../../src/detect/read/otopi.ts';
import { readPasswordFile } from '../../src/detect/read/password-file.ts';
import { isSetupPgpass, parsePgpassLine } from '../../src/detect/read/pgpass.ts';
import { propertyCredentials, readProperties } from '../../src/detect/read/properties.ts';
import { mergeRecords, parseRecord, serializeRecord } from '../../src/detect/read/record.ts';
import { databasesOf, LAYOUTS } from '../../src/layouts/index.ts';
import { UsageError } from '../../src/model/errors.ts';
import { isPlainPath } from '../../src/model/paths.ts';
import { compareVersions, numericVersion, releaseOf } from '../../src/model/versions.ts';
import { misfit, parseJournal, parseManifest, parsePlan, parseReport } from '../../src/restore/own-files.ts';
import { Figures } from '../fixture/figures.ts';
import { finished } from '../plan/facts.ts';
import { planFor } from '../plan/steps.ts';
import { bytes, texts } from './inputs.ts';

const INPUTS = Number(process.env.FUZZ_INPUTS ?? 10_000);
const counted = new Map<string, number>();

/** Feeds a reader. A failing input is printed in its smallest form, with the seed that repeats it. */
function feed<T>(name: string, inputs: fc.Arbitrary<T>, check: (input: T) => void): void {
  it(
    name,
    () => {
      let count = 0;
      fc.assert(
        fc.property(inputs, (input) => {
          count += 1;
          check(input);
        }),
        { numRuns: INPUTS },
      );
      expect(count).toBeGreaterThanOrEqual(INPUTS);
      counted.set(name, count);
    },
    60_000 + INPUTS * 10,
  );
}

/** Throws everything but an error of this kind. */
function allowing(kind: typeof UsageError, run: () => void): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof kind)) throw error;
    expect(error.message).not.toBe('');
    expect(error.hint).not.toBe('');
  }
}

afterAll(() => {
  const all = [...counted.values()].reduce((sum, count) => sum + count, 0);
  const figures = new Figures('Inputs of readers', `${counted.size} readers`);
  figures.add(all, all);
  figures.tell();
});

const RECORD = `[file_group_core]
description = sample
optional = False
file.000.name = /etc/ovirt-engine/engine.conf.d/10-setup-database.conf
file.000.sha256 = ${'2'.repeat(64)}
file.002.name = /etc/pki/ovirt-engine/ca.pem
file.002.md5 = ${'1'.repeat(32)}

[unremovable]
file.000.name = /etc/httpd/conf.d/ssl.conf

[file_group_ssl]
line.000000.name = /etc/httpd/conf.d/ssl.conf
line.000000.content.added = SSLCertificateFile /etc/pki/ovirt-engine/certs/apache.cer
line.000000.content.removed = SSLCertificateFile /etc/pki/tls/certs/localhost.crt
`;
const RECORD_WORDS = [
  ...[
    '[file_group_core]\n',
    '[unremovable]\n',
    '[file_group_ssl]\n',
    'file.000.name',
    'file.001.name',
    'file.000.sha256',
    'file.000.md5',
  ],
  ...[
    'line.000000.name',
    'line.000000.content.added',
    'line.000000.content.removed',
    'line.000000.content',
    ' = ',
    '\n',
    '\n\t',
  ],
  ...[
    '/etc/passwd',
    '/',
    '/etc/../etc/shadow',
    '/etc/ovirt-engine/*',
    '/etc/httpd/conf.d/ssl.conf',
    'SSLEngine on',
    'a'.repeat(64),
  ],
];

describe('readers never fail', () => {
  feed('uninstall records', texts(RECORD_WORDS, [RECORD]), (text) => {
    const record = parseRecord(text, '/r');
    const paths = record.groups.flatMap(({ files, lines }) => [...files, ...lines].map(({ path }) => path));
    for (const path of paths)
      expect(isPlainPath(path) && printable(path.replace(/[^\0-\x7f]/g, '')) === path.replace(/[^\0-\x7f]/g, '')).toBe(
        true,
      );
    // Written again and read again it says the same.
    const merged = mergeRecords([record]);
    const again = mergeRecords([parseRecord(serializeRecord({ ...merged, files: merged.files.values() }), '/r')]);
    expect([...again.files.keys()].sort()).toEqual([...merged.files.keys()].sort());
  });

  const DROP_IN =
    'ENGINE_DB_HOST="localhost"\nENGINE_DB_PORT="5432"\nENGINE_DB_USER="engine"\nENGINE_DB_PASSWORD="a\\"b\\\\c"\nENGINE_DB_DATABASE="engine"\nENGINE_DB_SECURED="False"\n';
  feed(
    'drop-ins',
    texts(
      [
        'ENGINE_DB_HOST',
        'ENGINE_DB_PASSWORD',
        'ENGINE_DB_URL',
        '="',
        '"\n',
        '=',
        '\\"',
        '$\u007bENGINE_DB_HOST}',
        '${',
        'jdbc:postgresql://',
      ],
      [DROP_IN],
    ),
    (text) => {
      const { values, problems } = readDropIns([{ path: '/a', text }]);
      for (const [key, { value }] of values) expect([typeof key, typeof value]).toEqual(['string', 'string']);
      for (const { message } of problems) expect(message).not.toBe('');
      const found = databaseCredentials(values, 'ENGINE_DB_');
      if (found === null) return;
      expect(found.port >= 1 && found.port <= 65_535).toBe(true);
      // Written as setup writes it, it is found again. No value of a drop-in has more than one line.
      const { password, ...rest } = found;
      if (/[\r\n]/.test(Object.values(found).join(''))) return;
      const credentials = { ...rest, source: '/a', origin: 'drop-in', mtimeMs: 0, secret: null } as const;
      const written = readDropIns([{ path: '/b', text: dropInText('ENGINE_DB_', credentials, password) }]);
      expect(databaseCredentials(written.values, 'ENGINE_DB_')).toEqual({ ...rest, password: password || undefined });
    },
  );

  feed(
    'ini files',
    texts(
      ['[a]\n', '[b]', 'key', '=', ':', '\n', '\n\t', '# comment\n', '; c'],
      ['[a]\nkey = value\n\tmore\n\n[b]\nx: y\n'],
    ),
    (text) => {
      const { items } = scanIni(text);
      const count = splitLines(text, UNIVERSAL_ENDS).length;
      const used = items.flatMap(({ lines }) => lines);
      expect(new Set(used).size).toBe(used.length);
      for (const line of used) expect(line >= 1 && line <= count + 1).toBe(true);
      parseIni(text, { percent: 'doubled' });
      parseIni(text);
    },
  );

  const ENVIRONMENT =
    '[environment:default]\nOVESETUP_CORE/generatedByVersion=str:4.5.7\nOVESETUP_DB/port=int:5432\nOVESETUP_ENGINE_CORE/enable=bool:True\nX=multi-str:a\n\tb\nN=none:None\n';
  const ENVIRONMENT_WORDS = [
    '[environment:default]\n',
    '[environment:override]\n',
    'OVESETUP_DB/',
    'host',
    'port',
    'password',
    'QUESTION/1/OVESETUP_ENGINE_DB_HOST',
    '=',
    'str:',
    'int:',
    'bool:',
    'none:',
    'multi-str:',
    '\n',
    '\n\t',
  ];
  feed('environments and answer files', texts(ENVIRONMENT_WORDS, [ENVIRONMENT]), (text) => {
    for (const { message } of parseEnvironment(text).problems) expect(message).not.toBe('');
    for (const layout of LAYOUTS.slice(-1)) {
      for (const { database } of databasesOf(layout)) {
        if (database.answers === null) continue;
        const { credentials } = readAnswers(text, database.answers);
        if (credentials !== null) expect(credentials.port >= 1 && credentials.port <= 65_535).toBe(true);
      }
    }
    readEnabled(text, ['OVESETUP_ENGINE_CORE/enable'], 'ovirt-engine');
  });

  const PGPASS = [
    'localhost:5432:engine:engine:a\\:b\\\\c',
    '*:*:*:postgres:x',
    '# DB USER credentials.\nlocalhost:5432:engine:engine:secret\n',
  ];
  const FILES = LAYOUTS.flatMap((layout) => databasesOf(layout)).flatMap(
    ({ database }) => database.passwordFiles ?? [],
  );
  feed(
    'password files',
    texts(
      [
        'localhost',
        ':',
        '5432',
        '*',
        'engine',
        '# DB USER credentials.\n',
        '\n',
        '\\:',
        '#####  End of oVirt-engine DB ADMIN settings section.\n',
      ],
      PGPASS,
    ),
    (text) => {
      const line = parsePgpassLine(text.split('\n')[0] ?? '');
      if (line !== null) expect(line.rawPassword.length).toBeGreaterThanOrEqual(line.password.length);
      const found = isSetupPgpass('tmpabcdefgh', 0o100600, text);
      if (found !== null) expect(found.port >= 1 && found.port <= 65_535).toBe(true);
      const names = { defaultName: 'engine', defaultRole: 'engine' };
      for (const rule of [...FILES, { path: '/a' }, { path: '/a', begin: /^# DB/, end: /^####/ }]) {
        const file = readPasswordFile(text, rule, names);
        for (const { port } of [...(file?.user ?? []), ...(file?.admin ?? [])])
          expect(port >= 1 && port <= 65_535).toBe(true);
      }
    },
  );

  const PROPERTIES =
    'config.datasource.jdbcurl=jdbc:postgresql://localhost:5432/engine?ssl=true\nconfig.datasource.dbuser=engine\nconfig.datasource.dbpassword=a\\u0041\\\n  b\n';
  feed(
    'properties',
    texts(
      ['config.datasource.', 'jdbcurl', 'dbuser', '=', ':', ' ', '\\\n', '\\u00', '\\u0041', 'jdbc:postgresql://', '!'],
      [PROPERTIES],
    ),
    (text) => {
      const read = readProperties(text);
      for (const [key, value] of read.values) expect([typeof key, typeof value]).toEqual(['string', 'string']);
      propertyCredentials(read, {
        path: '/a',
        server: { url: 'config.datasource.jdbcurl' },
        role: 'config.datasource.dbuser',
        password: 'config.datasource.dbpassword',
      });
    },
  );

  feed(
    'jdbc urls',
    texts(
      ['jdbc:postgresql://', 'host', ':5432', '/engine', '?ssl=true', '&sslmode=verify-full', '[::1]', '%41', ','],
      ['jdbc:postgresql://localhost:5432/engine?ssl=true&sslmode=require'],
    ),
    (text) => {
      const target = parseJdbcUrl(text);
      if (target !== null) {
        expect(target.port >= 1 && target.port <= 65_535).toBe(true);
        expect(target.host).not.toBe('');
        expect(target.database).not.toBe('');
      }
    },
  );

  feed(
    'configuration files',
    texts(
      ['unattended', 'dont-drop-db', 'timeout', 'force', 'root', 'log', ' = ', '\n', 'yes', 'no', '60', '/a'],
      ['unattended = yes\ndont-drop-db = no\ntimeout = 5\nforce = half-built\nlog = /a\n'],
    ),
    (text) => {
      allowing(UsageError, () => {
        const values = parseConfigFile(text, '/etc/engine-cleanup.conf');
        if (values.timeout !== undefined) expect(Number.isFinite(values.timeout) && values.timeout > 0).toBe(true);
      });
    },
  );

  const word = texts(
    [
      'plan',
      'verify',
      '-u',
      '-d',
      '-ud',
      '--json',
      '--root',
      '--root=/a',
      '--timeout=5',
      '--force',
      'half-built',
      '--config',
      '--',
      '--keep-pki',
      '--log',
      '-vh',
    ],
    ['--backup-dir=/a', '--dont-drop-db', '--force=keep-pki'],
  );
  feed('command lines', fc.array(word, { maxLength: 8 }), (argv) => {
    const ports = {
      cwd: '/',
      readText: () => null,
      realDirectory: (path: string) => (path.includes('\0') ? null : path),
    };
    allowing(UsageError, () => {
      const options = parseArguments(argv, ports);
      expect(options.timeoutMs).toBeGreaterThan(0);
      expect(options.root.startsWith('/')).toBe(true);
    });
  });

  const store = readFileSync(new URL('../fixture/captured/keystore/keystore.jks', import.meta.url));
  feed('keystores, sealed with the right digest', bytes([store.subarray(0, -20)]), (body) => {
    const password = Buffer.from('mypass', 'utf16le').swap16();
    const digest = createHash('sha1').update(password).update('Mighty Aphrodite').update(body).digest();
    try {
      readJks(Buffer.concat([body, digest]), 'mypass');
    } catch (error) {
      expect(error).toBeInstanceOf(Error);
      expect(error).not.toBeInstanceOf(RangeError);
      expect(error).not.toBeInstanceOf(TypeError);
    }
  });

  const SSL =
    '  SSLCertificateFile /etc/pki/tls/certs/localhost.crt\n# SSLCertificateFile /etc/pki/tls/certs/localhost.crt\nSSLCertificateFile /etc/pki/ovirt-engine/certs/apache.cer\n';
  const rules = LAYOUTS.flatMap(({ components }) => components.flatMap(({ lines = [] }) => lines));
  feed(
    'line edits',
    texts(['SSLCertificateFile ', '/etc/pki/ovirt-engine/certs/apache.cer', '# ', '\n', '\r\n', '  '], [SSL]),
    (text) => {
      const edits = editsByRules(text, rules);
      const once = revertEdits(text, edits);
      expect(revertEdits(once, edits)).toBe(once);
      expect(findEdits(once, edits)).toEqual([]);
    },
  );

  feed('versions', texts(['4', '.', '5', '_master', '-1.el9'], ['4.5.8_master', '4.5.7-1.el9']), (text) => {
    numericVersion(text);
    releaseOf(text);
    expect(Math.sign(compareVersions(text, '4.5.7'))).toBe(-Math.sign(compareVersions('4.5.7', text)) || 0);
  });

  // What a run left of itself. Whatever comes through is used as it is: so it must be of the right form.
  const plan = planFor(finished());
  const id = plan.steps[0]!.id;
  const JSON_PIECES = ['{', '}', '[', ']', '"', ',', 'null', '"schema"', '"steps"', '"/etc/passwd"', '"../x"', '\n'];
  const refusing = (read: () => void): void => {
    try {
      read();
    } catch (error) {
      expect(error).not.toBeInstanceOf(TypeError);
      expect(error).not.toBeInstanceOf(RangeError);
    }
  };
  feed('plans', texts(JSON_PIECES, [JSON.stringify({ ...plan, steps: plan.steps.slice(0, 3) })]), (text) =>
    refusing(() => {
      const read = parsePlan(text);
      for (const step of read.steps) expect(Array.isArray(step.needs)).toBe(true);
      if (read.backupDir !== null) expect(isPlainPath(read.backupDir)).toBe(true);
    }),
  );

  const MANIFEST = JSON.stringify({
    schema: 'engine-cleanup/backup@1',
    ...{
      run: '20260101T000000Z-000000',
      root: '/',
      planSha256: '0'.repeat(64),
      databases: [],
      services: [],
      directories: [],
    },
    files: [{ path: '/etc/a', state: 'sha256:0', mode: 420, uid: 0, gid: 0, mtimeMs: 1 }],
    members: [{ name: 'files.tar.gz', kind: 'files', sizeBytes: 1, sha256: '0'.repeat(64) }],
  });
  feed('manifests', texts(JSON_PIECES, [MANIFEST]), (text) =>
    refusing(() => {
      const { files, members } = parseManifest(text);
      for (const { path } of files) expect(path === '/' || isPlainPath(path)).toBe(true);
      for (const { name } of members) expect(name).not.toMatch(/\/|^\.\.?$/);
    }),
  );

  const JOURNAL = `{"event":"run-begin"}\n{"event":"begin","step":${JSON.stringify(id)},"touches":[]}\n{"event":"end","step":${JSON.stringify(id)},"status":"done"}\n`;
  feed('journals', texts([...JSON_PIECES, '{"event":"begin"}', '"left":{"/a":null}'], [JOURNAL]), (text) =>
    refusing(() => {
      const entries = parseJournal(text);
      for (const { event } of entries) expect(typeof event).toBe('string');
      misfit(plan, entries, null);
    }),
  );

  const REPORT = '{"schema":"engine-cleanup/report@1","outcome":"ok","warnings":[{"code":"a","message":"b"}]}';
  feed('reports', texts([...JSON_PIECES, '"outcome"'], [REPORT]), (text) =>
    refusing(() => expect(typeof parseReport(text).outcome).toBe('string')),
  );

  feed('names for a terminal', fc.string({ unit: 'binary' }), (text) => {
    expect(printable(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u);
  });
});
