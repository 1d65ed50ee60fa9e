/** Files and databases that look like ours and are not: each was once taken for it. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Box } from './harness.ts';

let box: Box;
afterEach(() => box.destroy());

const DROP_IN = '/etc/ovirt-engine/engine.conf.d/10-setup-database.conf';

describe('the drop-in', () => {
  it('that cannot be read is not absent: refused, and an old copy is not taken for it', async () => {
    box = await Box.make();
    const elsewhere = join(box.dir, 'moved.conf');
    renameSync(box.path(DROP_IN), elsewhere);
    symlinkSync(elsewhere, box.path(DROP_IN));
    const objects = await box.objects();
    const { report } = await box.json(['-u']);
    expect(report).toMatchObject({ exitCode: 3, changed: false });
    expect(report.refusals.map(({ check }) => check)).toContain('unreadable');
    expect(await box.objects()).toEqual(objects);
  });
});

describe('a Data Warehouse host', () => {
  it('with keys of an engine left behind does not take the engine’s database for its own', async () => {
    box = await Box.make({ dwh: true });
    for (const path of ['/etc/ovirt-engine/engine.conf.d', '/etc/ovirt-engine/aaa']) box.host.remove(path);
    const marker = box.text(box.host.marker).replace(/^OVESETUP_ENGINE_CORE\/enable=.*\n/m, '');
    box.host.write(box.host.marker, marker);
    expect(box.exists('/etc/pki/ovirt-engine/keys/engine.p12')).toBe(true);
    const objects = await box.objects('engine');
    const { report } = await box.json(['-u']);
    expect(report.databases.find(({ component }) => component === 'engine')).toMatchObject({ action: 'foreign' });
    expect(await box.objects('engine')).toEqual(objects);
  });
});

describe('an uninstall record', () => {
  it('that names files of others, without a hash or with a wrong one, has them removed neither way', async () => {
    box = await Box.make();
    const wrong = '0'.repeat(64);
    for (const path of ['/etc/passwd', '/home/me/thesis.txt', '/etc/httpd/conf.d/mine.conf'])
      box.host.write(path, 'mine\n');
    appendFileSync(
      box.path(box.host.record),
      `\n[file_group_more]\ndescription = more\noptional = False\nfile.900.name = /etc/passwd\nfile.901.name = /home/me/thesis.txt\nfile.901.sha256 = ${wrong}\nfile.902.name = /etc/httpd/conf.d/mine.conf\nfile.902.sha256 = ${wrong}\n`,
    );
    const { report } = await box.json(['-u']);
    expect(report.exitCode).toBe(0);
    for (const path of ['/etc/passwd', '/home/me/thesis.txt', '/etc/httpd/conf.d/mine.conf'])
      expect(box.exists(path), path).toBe(true);
    expect(report.kept.map(({ target }) => target)).toContain(box.path('/home/me/thesis.txt'));
  });
});

describe('an administrator’s', () => {
  it('firewalld service of a name like setup’s stays', async () => {
    box = await Box.make({ firewalld: true });
    box.host.write('/etc/firewalld/services/ovirt-mycompany-backup.xml', '<service/>\n');
    await box.json(['-u']);
    expect(box.exists('/etc/firewalld/services/ovirt-mycompany-backup.xml')).toBe(true);
    expect(box.exists('/etc/firewalld/services/ovirt-https.xml')).toBe(false);
  });

  it('linked ssl.conf is left, and that is said', async () => {
    box = await Box.make();
    const elsewhere = join(box.dir, 'ssl.conf');
    renameSync(box.path('/etc/httpd/conf.d/ssl.conf'), elsewhere);
    symlinkSync(elsewhere, box.path('/etc/httpd/conf.d/ssl.conf'));
    const before = readFileSync(elsewhere, 'utf8');
    const { report } = await box.json(['-u']);
    expect(report.warnings.map(({ code }) => code)).toContain('linked-file');
    expect(readFileSync(elsewhere, 'utf8')).toBe(before);
  });
});

describe('a foreign disk', () => {
  it('may not decide in its own configuration file that nobody is asked', async () => {
    box = await Box.make();
    mkdirSync(box.path('/etc'), { recursive: true });
    writeFileSync(box.path('/etc/engine-cleanup.conf'), 'unattended = yes\nno-backup = yes\n');
    const { code, stderr } = await box.run([]);
    expect(code).toBe(2);
    expect(stderr).toContain('unattended');
    expect(existsSync(box.path(DROP_IN))).toBe(true);
  });
});
