/** Dropping runs that keep something: the keys, or files that were edited. A second run must still know what these are. */
import { appendFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { Box } from './harness.ts';

let box: Box;
afterEach(() => box.destroy());

const PROTOCOLS = '/etc/ovirt-engine/engine.conf.d/10-setup-protocols.conf';

async function twice(args: string[]): Promise<void> {
  const first = await box.json(args);
  expect(first.report.steps.filter(({ error }) => error)).toEqual([]);
  expect(first.report).toMatchObject({ exitCode: 0, verify: { ready: true } });
  const second = await box.json(args);
  expect(second.report).toMatchObject({ exitCode: 0, outcome: 'nothing-to-do', changed: false, steps: [] });
}

describe('a second dropping run', () => {
  it('with --keep-pki has nothing to do, and one without it takes the keys', async () => {
    box = await Box.make();
    await twice(['-u', '--keep-pki']);
    expect(box.exists('/etc/pki/ovirt-engine/ca.pem')).toBe(true);
    const { report } = await box.json(['-u']);
    expect(report).toMatchObject({ exitCode: 0, verify: { ready: true } });
    expect(box.exists('/etc/pki/ovirt-engine/ca.pem')).toBe(false);
    expect(box.exists('/etc/ovirt-engine/uninstall.d')).toBe(false);
  });

  it('with --keep-changed keeps what was edited, again, and one without it removes it', async () => {
    box = await Box.make();
    appendFileSync(box.path(PROTOCOLS), '# edited by the administrator\n');
    await twice(['-u', '--keep-changed']);
    expect(box.text(PROTOCOLS)).toContain('edited by the administrator');
    await box.json(['-u']);
    expect(box.exists(PROTOCOLS)).toBe(false);
  });

  it('with -d --keep-changed keeps it too', async () => {
    box = await Box.make();
    const sso = '/etc/ovirt-engine/engine.conf.d/11-setup-sso.conf';
    appendFileSync(box.path(sso), '# edited by the administrator\n');
    await twice(['-u', '-d', '--keep-changed']);
    expect(box.exists(sso)).toBe(true);
    await box.json(['-u', '-d']);
    expect(box.exists(sso)).toBe(false);
  });
});

describe('a host of which only setup’s answers are left', () => {
  it('with a half-built database: that database is this host’s, and is cleared', async () => {
    box = await Box.make({ failed: 'sigint', package: 'reinstalled' });
    expect((await box.json(['verify'])).code).toBe(6);
    const { report } = await box.json(['-u']);
    expect(report.databases).toMatchObject([{ component: 'engine', action: 'clear' }]);
    expect(report).toMatchObject({ exitCode: 0, verify: { ready: true } });
    expect((await box.objects()).filter((name) => !name.startsWith('public.uuid'))).toEqual([]);
    expect((await box.json(['-u'])).report).toMatchObject({ outcome: 'nothing-to-do' });
  });

  it('with a whole database: it may be another host’s by now, so this is refused, and can be forced', async () => {
    box = await Box.make({ manualDatabase: true });
    await box.json(['-u']);
    // Meanwhile another host was set up with the same database.
    await box.server.destroy();
    const { PostgresServer } = await import('../fixture/postgres.ts');
    box.server = await PostgresServer.start({ contents: 'engine' });
    const answers = box.text(box.host.answers).replace(/(ENGINE_DB_PORT=str:)\d+/, `$1${box.server.port}`);
    box.host.write(box.host.answers, answers, 0o600);
    const objects = await box.objects();
    const { report } = await box.json(['-u']);
    expect(report).toMatchObject({ exitCode: 3, changed: false });
    expect(report.refusals.map(({ check }) => check)).toEqual(['old-answers']);
    expect(await box.objects()).toEqual(objects);
    expect((await box.json(['-u', '--force', 'old-answers'])).report).toMatchObject({ exitCode: 0 });
  });
});

describe('an administrator’s drop-in that overrides the database', () => {
  it('is obeyed, said, and left', async () => {
    box = await Box.make();
    await box.server.superuser('ALTER DATABASE engine RENAME TO engine2');
    box.host.write('/etc/ovirt-engine/engine.conf.d/99-admin.conf', 'ENGINE_DB_DATABASE="engine2"\n');
    const { report } = await box.json(['-u']);
    expect(report.databases).toMatchObject([{ name: 'engine2', action: 'clear' }]);
    expect(report.warnings.find(({ code }) => code === 'override')?.message).toContain('99-admin.conf');
    expect(report.exitCode).toBe(0);
    expect(box.exists('/etc/ovirt-engine/engine.conf.d/99-admin.conf')).toBe(true);
  });

  it('and an older copy that names another database: that one is not touched', async () => {
    box = await Box.make();
    const conf = '/etc/ovirt-engine/engine.conf.d/10-setup-database.conf';
    await box.server.superuser('CREATE DATABASE other OWNER engine; ');
    await box.server.superuser(
      'CREATE TABLE public.precious (id int); ALTER TABLE public.precious OWNER TO engine',
      'other',
    );
    box.host.write(
      `${conf}.20200101000000`,
      box.text(conf).replace('ENGINE_DB_DATABASE="engine"', 'ENGINE_DB_DATABASE="other"'),
      0o600,
    );
    await box.server.superuser('ALTER DATABASE engine RENAME TO gone');
    const { report } = await box.json(['-u']);
    expect(report.databases).toMatchObject([{ name: 'engine', action: 'absent' }]);
    expect(report.warnings.map(({ code }) => code)).toContain('other-database');
    expect(await box.objects('other')).toEqual(['public.precious']);
  });
});
