import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { editsByRules, findEdits, revertEdits } from '../../../src/detect/read/lines.ts';
import { parseRecord } from '../../../src/detect/read/record.ts';
import { engine } from '../../../src/layouts/otopi/engine.ts';
import type { LineEdit } from '../../../src/model/facts.ts';
import type { LineRule } from '../../../src/model/layout.ts';

const RUNS = { numRuns: 5000 };
const edit = (added: string | null, removed: string | null = null): LineEdit => ({ added, removed });
const rules = (path: string) => (engine.lines ?? []).filter((rule) => rule.path === path);
const SSL_RULES = rules('/etc/httpd/conf.d/ssl.conf');

/** ssl.conf as the package brings it, shortened. */
const PRISTINE = `<VirtualHost _default_:443>
ErrorLog logs/ssl_error_log
    SSLCertificateFile /etc/pki/tls/certs/localhost.crt
SSLCertificateKeyFile /etc/pki/tls/private/localhost.key
#SSLCACertificateFile /etc/pki/tls/certs/ca-bundle.crt
</VirtualHost>
`;
const REQUEST_LOG =
  'CustomLog logs/ovirt-requests-log  "%t %h \\"Correlation-Id: %{Correlation-Id}o\\" \\"Duration: %Dus\\" \\"%r\\" %b"';
/** The same after setup: it comments a line out by putting "# " after its indentation, and writes its own below. */
const CONFIGURED = `<VirtualHost _default_:443>
ErrorLog logs/ssl_error_log
    # SSLCertificateFile /etc/pki/tls/certs/localhost.crt
    SSLCertificateFile /etc/pki/ovirt-engine/certs/apache.cer
# SSLCertificateKeyFile /etc/pki/tls/private/localhost.key
SSLCertificateKeyFile /etc/pki/ovirt-engine/keys/apache.key.nopass
#SSLCACertificateFile /etc/pki/tls/certs/ca-bundle.crt
SSLCACertificateFile /etc/pki/ovirt-engine/apache-ca.pem
${REQUEST_LOG}
</VirtualHost>
`;
/** As the record gives them: without the blanks, and without the request log, which is in no record. */
const RECORDED = [
  edit('# SSLCertificateFile /etc/pki/tls/certs/localhost.crt', 'SSLCertificateFile /etc/pki/tls/certs/localhost.crt'),
  edit('SSLCertificateFile /etc/pki/ovirt-engine/certs/apache.cer'),
  edit(
    '# SSLCertificateKeyFile /etc/pki/tls/private/localhost.key',
    'SSLCertificateKeyFile /etc/pki/tls/private/localhost.key',
  ),
  edit('SSLCertificateKeyFile /etc/pki/ovirt-engine/keys/apache.key.nopass'),
  edit('SSLCACertificateFile /etc/pki/ovirt-engine/apache-ca.pem'),
];

describe('recorded lines', () => {
  test('of ssl.conf are put back with their indentation', () => {
    expect(findEdits(CONFIGURED, RECORDED)).toEqual(RECORDED);
    expect(revertEdits(CONFIGURED, RECORDED)).toBe(PRISTINE.replace('</V', `${REQUEST_LOG}\n</V`));
    expect(findEdits(PRISTINE, RECORDED)).toEqual([]);
    expect(revertEdits(PRISTINE, RECORDED)).toBe(PRISTINE);
  });

  test('of which some are gone already are not found', () => {
    const half = revertEdits(CONFIGURED, RECORDED.slice(0, 2));
    expect(findEdits(half, RECORDED)).toEqual(RECORDED.slice(2));
  });

  test('of two setups lead back to the line before the first', () => {
    // The second setup commented out what the first had added. Newest record first.
    const edits = [edit('# port = 2', 'port = 2'), edit('port = 3'), edit('# port = 1', 'port = 1'), edit('port = 2')];
    const text = '# port = 1\n# port = 2\nport = 3\nother\n';
    expect(revertEdits(text, edits)).toBe('port = 1\nother\n');
    expect(findEdits(text, edits)).toEqual(edits);
  });

  test('that were only added go, each time they are there', () => {
    expect(revertEdits('a\nlock\nb\nlock\n', [edit('lock')])).toBe('a\nb\n');
  });

  test('that stood for another bring it back, even if the same line was also just added', () => {
    expect(revertEdits('x\n', [edit('x'), edit('x', 'own'), edit('x', 'older')])).toBe('own\n');
  });

  test('that were only removed come back at the end, once', () => {
    expect(revertEdits('a\n', [edit(null, 'b'), edit(null, 'b')])).toBe('a\nb\n');
    expect(revertEdits('a\r\nx', [edit(null, 'b')])).toBe('a\r\nx\r\nb');
    expect(revertEdits('', [edit(null, 'b')])).toBe('b\n');
    expect(findEdits('  b\na\n', [edit(null, 'b')])).toEqual([]);
  });

  test('leave every other byte as it is', () => {
    const text = '\xff\xfe\r\n\tlock \r\n\xe9\x85\rtail\n\n  last';
    expect(revertEdits(text, [edit('lock', 'before')])).toBe('\xff\xfe\r\n\tbefore \r\n\xe9\x85\rtail\n\n  last');
    expect(revertEdits(text, [edit('last')])).toBe('\xff\xfe\r\n\tlock \r\n\xe9\x85\rtail\n');
  });

  test('in another alphabet are found in the bytes of the file', () => {
    const record = parseRecord(
      '[file_group_x]\nline.000000.name = /f\nline.000000.content.added = ServerAdmin jürgen\n',
      '/r',
    );
    const text = Buffer.from('a\nServerAdmin jürgen\n', 'utf8').toString('latin1');
    expect(revertEdits(text, record.groups[0]?.lines ?? [])).toBe('a\n');
  });

  test('that are blank, hold a line end, or lead in a circle change nothing', () => {
    const text = 'a\n\n  \nb\n';
    const edits = [edit(''), edit(' ', null), edit('x\ny'), edit('a', 'b'), edit('b', 'a'), edit(null, ' ')];
    expect(revertEdits(text, edits)).toBe(text);
    expect(findEdits(text, edits)).toEqual([]);
  });
});

describe('lines that are known without a record', () => {
  test('of ssl.conf give the packaged file back, and leave its own comments alone', () => {
    expect(revertEdits(CONFIGURED, editsByRules(CONFIGURED, SSL_RULES))).toBe(PRISTINE);
    expect(editsByRules(PRISTINE, SSL_RULES)).toEqual([]);
  });

  test('together with the record undo nothing twice', () => {
    expect(revertEdits(CONFIGURED, [...RECORDED, ...editsByRules(CONFIGURED, SSL_RULES)])).toBe(PRISTINE);
  });

  test('of an earlier setup, commented out by a later one, go too', () => {
    const file = 'SSLCertificateFile';
    const text = `# ${file} /own.crt\n# ${file} /etc/pki/ovirt-engine/certs/old.cer\n${file} /etc/pki/ovirt-engine/certs/apache.cer\n`;
    expect(revertEdits(text, editsByRules(text, SSL_RULES))).toBe(`${file} /own.crt\n`);
  });

  test("of an administrator's own certificate stay", () => {
    const text = '# SSLCertificateFile /etc/pki/tls/certs/localhost.crt\nSSLCertificateFile /etc/pki/mine.crt\n';
    expect(editsByRules(text, SSL_RULES)).toEqual([]);
  });

  test('lock engine packages, not others', () => {
    const text =
      'ovirt-engine-4.5.4-1.el8.noarch\nkernel-4.18.0-1.el8.x86_64\novirt-engine-dwh-4.5.7-1.el8.noarch\nqemu-kvm-6.2.0-1.el8.x86_64';
    const found = editsByRules(text, rules('/etc/dnf/plugins/versionlock.list'));
    expect(revertEdits(text, found)).toBe('kernel-4.18.0-1.el8.x86_64\nqemu-kvm-6.2.0-1.el8.x86_64');
  });

  test('open services in the firewall', () => {
    const zone = (own: string) => `<zone>\n  <service name="ssh"/>\n${own}  <service name="ovirtual"/>\n</zone>\n`;
    const text = zone('  <service name="ovirt-https"/>\n  <service name="ovirt-postgres"/>\n');
    expect(revertEdits(text, editsByRules(text, rules('/etc/firewalld/zones/*.xml')))).toBe(zone(''));
  });
});

describe('a line whose rest is a secret', () => {
  const rule = { path: '/x', component: 'dwh', why: '', added: /^password\s*=\s*(?=\S)/, secret: true } as const;
  const text = 'user=sample\npassword = of-the-database\nother=1\n';

  test('is known by its beginning alone, and goes whole', () => {
    const edits = editsByRules(text, [rule]);
    expect(edits).toEqual([{ added: 'password = ', removed: null, secret: true }]);
    expect(findEdits(text, edits)).toEqual(edits);
    expect(revertEdits(text, edits)).toBe('user=sample\nother=1\n');
  });

  test('stays where nothing follows, and where it only looks like it', () => {
    const [edit] = editsByRules(text, [rule]);
    for (const other of ['password =\n', 'my password = x\n', 'passwords = x\n']) {
      expect(editsByRules(other, [rule])).toEqual([]);
      expect(revertEdits(other, [edit!])).toBe(other);
    }
  });
});

describe('for any text and any edits', () => {
  // Few words, so that edits meet lines and each other; blanks of all kinds around them.
  const blank = fc.constantFrom('', ' ', '\t', '  ', '\xa0', '\r');
  const word = fc
    .tuple(blank, fc.constantFrom('', 'a', 'b', 'c', '# a', '\x85', 'd\xe9'), blank)
    .map((parts) => parts.join(''));
  const anyEdit = fc.record({ added: fc.option(word), removed: fc.option(fc.oneof(word, fc.constant('x\ny'))) });
  const edits = fc.array(anyEdit, { maxLength: 8 });
  const text = fc
    .tuple(fc.array(fc.tuple(word, fc.constantFrom('\n', '\r\n')), { maxLength: 8 }), word)
    .map(([lines, last]) => lines.flat().join('') + last);

  test('undoing twice is undoing once', () => {
    fc.assert(
      fc.property(text, edits, (before, list) => {
        const once = revertEdits(before, list);
        expect(revertEdits(once, list)).toBe(once);
        expect(findEdits(once, list)).toEqual([]);
      }),
      RUNS,
    );
  });

  test('undoing what was found is undoing all, and finding nothing means that nothing changes', () => {
    fc.assert(
      fc.property(text, edits, (before, list) => {
        const found = findEdits(before, list);
        expect(revertEdits(before, found)).toBe(revertEdits(before, list));
        if (found.length === 0) expect(revertEdits(before, list)).toBe(before);
      }),
      RUNS,
    );
  });

  test('lines that no edit names come out as they went in', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'binary' }).map((s) => `z${s.replace(/[\r\n]/g, '')}`)),
        edits,
        (lines, list) => {
          const kept = list.filter(({ added }) => added !== null && added.trim() !== '');
          const before = lines.map((line) => `${line}\n`).join('');
          expect(revertEdits(before, kept)).toBe(before);
        },
      ),
      RUNS,
    );
  });
});

describe('lines that setup of 3.1 and 3.2 wrote over', () => {
  const rule: LineRule = {
    path: '/etc/httpd/conf.d/ssl.conf',
    component: 'engine',
    added: /^\s*SSLCertificateFile\s+\/etc\/pki\/ovirt-engine\//,
    replaced: {
      copies: '/etc/httpd/conf.d/ssl.conf.BACKUP.*',
      line: /^\s*#?\s*SSLCertificateFile\s/,
      packaged: 'SSLCertificateFile /etc/pki/tls/certs/localhost.crt',
    },
    why: 'w',
  };
  const ours = 'SSLCertificateFile /etc/pki/ovirt-engine/certs/apache.cer';
  const text = `a\n${ours}\nb\n`;
  const reverted = (now: string, copy: string | null) => revertEdits(now, editsByRules(now, [rule], copy));

  test('come back as the copy has them, else as the package brings them', () => {
    expect(reverted(text, 'x\n  SSLCertificateFile /own.crt\n')).toBe('a\n  SSLCertificateFile /own.crt\nb\n');
    for (const copy of [null, '', text])
      expect(reverted(text, copy)).toBe(text.replace(ours, rule.replaced!.packaged!));
  });

  test('come back once, and undoing twice is undoing once', () => {
    const appended = `${rule.replaced!.packaged}\n${ours}\n`;
    expect(reverted(appended, null)).toBe(`${rule.replaced!.packaged}\n`);
    const once = reverted(text, null);
    expect(editsByRules(once, [rule])).toEqual([]);
  });
});
