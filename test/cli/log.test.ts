import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { logHeader, NO_LOG, openLog, type RunLog } from '../../src/cli/log.ts';
import { Vault } from '../../src/model/credentials.ts';
import { HostError } from '../../src/model/errors.ts';

let dir: string;
let log: RunLog;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'engine-cleanup-log-'));
  log = NO_LOG;
});
afterEach(() => {
  log.close();
  rmSync(dir, { recursive: true, force: true });
});

const same = (text: string): string => text;

function open(path: string, redact = same): RunLog {
  log = openLog(path, redact);
  return log;
}

function mode(path: string): string {
  return (statSync(path).mode & 0o7777).toString(8);
}

function refusal(path: string, below?: string): HostError {
  try {
    log = openLog(path, same, below === undefined ? {} : { below });
  } catch (error) {
    if (error instanceof HostError) return error;
    throw error;
  }
  throw new Error(`${path} was opened`);
}

describe('the log', () => {
  test.each([0o000, 0o022, 0o077])('is 0600 and its directories 0755 under umask %o', (mask) => {
    const path = join(dir, 'var/log/ovirt-engine/engine-cleanup.log');
    const old = process.umask(mask);
    try {
      open(path).line('begin');
    } finally {
      process.umask(old);
    }
    expect(mode(path)).toBe('600');
    for (let one = dirname(path); one !== dir; one = dirname(one)) expect(mode(one), one).toBe('755');
  });

  test('that others may read is none of ours, and stays as it is', () => {
    const path = join(dir, 'log');
    writeFileSync(path, 'root:x:0:0\n');
    chmodSync(path, 0o644);
    expect(() => open(path)).toThrow(/others may read it/);
    expect(readFileSync(path, 'utf8')).toBe('root:x:0:0\n');
    expect(mode(path)).toBe('644');
  });

  test('is appended to', () => {
    const path = join(dir, 'log');
    writeFileSync(path, 'earlier run\n');
    chmodSync(path, 0o600);
    open(path).line('this run');
    expect(readFileSync(path, 'utf8')).toMatch(/^earlier run\n\d{4}-\d\d-\d\dT[\d:.]+Z {2}this run\n$/);
    expect(mode(path)).toBe('600');
  });

  test('leaves directories that are there as they are', () => {
    const parent = join(dir, 'ovirt-engine');
    mkdirSync(parent);
    chmodSync(parent, 0o750);
    open(join(parent, 'sub/log'));
    expect(mode(parent)).toBe('750');
  });

  test('begins with when, what and by whom; texts of several lines stand below their line', () => {
    const path = join(dir, 'log');
    open(path);
    logHeader(log, { version: '1.2.3', options: 'cleanup --root /', user: 'root (sudo by joe)', pid: 7 });
    log.block('Databases\n\n  KEEP "engine"\n\n\n');
    log.line('two\nlines\x1b[31m');
    const lines = readFileSync(path, 'utf8').split('\n');
    expect(lines.map((line) => line.replace(/^\d{4}-.*?Z/, 'T'))).toEqual([
      'T  engine-cleanup 1.2.3 begins, run by root (sudo by joe), process 7',
      'T  options: cleanup --root /',
      '    Databases',
      '',
      '      KEEP "engine"',
      'T  two\\nlines\\x1b[31m',
      '',
    ]);
  });

  test('holds no secret, also where one is part of another or holds control characters', () => {
    const vault = new Vault();
    const secrets = ['geheim', 'geheim-und-laenger', 'with\ttab\u202e', 'pass"word\\'];
    for (const secret of secrets) vault.put(secret);
    const path = join(dir, 'log');
    open(path, (text) => vault.redact(text));
    for (const secret of secrets) {
      log.line(`password is ${secret}!`);
      log.block(`first\nsecond ${secret}\n`);
    }
    const text = readFileSync(path, 'utf8');
    for (const secret of [...secrets, 'laenger', 'tab', 'word\\']) expect(text).not.toContain(secret);
    expect(text.match(/password is \*\*\*!/g)).toHaveLength(secrets.length);
  });
});

describe('a log that is not ours to write is refused', () => {
  test('a link', () => {
    writeFileSync(join(dir, 'target'), '');
    symlinkSync(join(dir, 'target'), join(dir, 'log'));
    const { message, hint } = refusal(join(dir, 'log'));
    expect(message).toBe(`The log ${dir}/log cannot be used: it is a link.`);
    expect(hint).toContain('--log');
    expect(readFileSync(join(dir, 'target'), 'utf8')).toBe('');
  });

  test('a link to nothing: the target is not made', () => {
    symlinkSync(join(dir, 'nowhere'), join(dir, 'log'));
    refusal(join(dir, 'log'));
    expect(existsSync(join(dir, 'nowhere'))).toBe(false);
  });

  test('a file with another name', () => {
    writeFileSync(join(dir, 'shadow'), '');
    linkSync(join(dir, 'shadow'), join(dir, 'log'));
    expect(refusal(join(dir, 'log')).message).toContain('hard link');
  });

  test('a FIFO that nobody reads: refused at once, not waited for', () => {
    execFileSync('mkfifo', [join(dir, 'log')]);
    expect(refusal(join(dir, 'log')).message).toContain('not a regular file');
  });

  test('a directory, a device, a place below a file', () => {
    expect(refusal(dir).message).toContain('EISDIR');
    expect(refusal('/dev/null').message).toContain('not a regular file');
    writeFileSync(join(dir, 'file'), '');
    expect(refusal(join(dir, 'file/log')).message).toContain(`${dir}/file/log`);
  });

  test.runIf(process.getuid?.() === 0)('a file of somebody else', () => {
    writeFileSync(join(dir, 'log'), '');
    chownSync(join(dir, 'log'), 65534, 65534);
    chmodSync(join(dir, 'log'), 0o666);
    expect(refusal(join(dir, 'log')).message).toContain('belongs to uid 65534');
    expect(mode(join(dir, 'log'))).toBe('666');
  });

  test('a directory that a link leads out of the root', () => {
    const root = join(dir, 'root');
    const outside = join(dir, 'outside');
    mkdirSync(join(root, 'var'), { recursive: true });
    mkdirSync(outside);
    symlinkSync(outside, join(root, 'var/log'));
    expect(refusal(join(root, 'var/log/ovirt-engine/log'), root).message).toContain(`out of ${root}`);
    expect(existsSync(join(outside, 'ovirt-engine'))).toBe(false);
    mkdirSync(join(root, 'data'));
    symlinkSync('data', join(root, 'inside'));
    log = openLog(join(root, 'inside/log'), same, { below: root });
    expect(existsSync(join(root, 'data/log'))).toBe(true);
  });
});

describe('a full disk', () => {
  test.runIf(existsSync('/proc/self/fd'))('does not end the run, and is told', async () => {
    // ulimit -f: the kernel refuses to let the file grow, as a full disk does.
    const path = join(dir, 'log');
    const script = `
      import { openLog } from '${new URL('../../src/cli/log.ts', import.meta.url).pathname}';
      const log = openLog(${JSON.stringify(path)}, (text) => text);
      process.on('SIGXFSZ', () => undefined);
      for (let at = 0; at < 100; at++) log.block('x'.repeat(1000));
      process.stdout.write(String(log.trouble));
      log.close();`;
    const bundle = join(dir, 'write.cjs');
    await build({
      stdin: { contents: script, resolveDir: dir },
      outfile: bundle,
      bundle: true,
      platform: 'node',
      logLevel: 'error',
    });
    const said = execFileSync('bash', ['-c', `ulimit -f 8; exec "${process.execPath}" "${bundle}"`], {
      encoding: 'utf8',
    });
    expect(said).toContain('EFBIG');
    expect(statSync(path).size).toBe(8 * 1024);
  });

  test('and one that is not full tells nothing', () => {
    open(join(dir, 'log')).line('fine');
    expect(log.trouble).toBeNull();
    log.close();
    log.line('after the end');
    expect(readFileSync(join(dir, 'log'), 'utf8')).not.toContain('after the end');
  });
});
