/** The stand-in where it is meant to run: as root in a booted box, with real services and a server whose superuser gets in by peer. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { passedOver } from '../../test/fixture/needs.ts';
import { postgresPrograms } from '../../test/fixture/programs.ts';
import { Box, type Box as BoxType, whyNoBox } from '../box.ts';
import { PG_HBA, postgresqlUnit } from '../units.ts';
import type { Outcome } from './base/context.ts';
import { buildStandIn } from './build.ts';

const skip = passedOver('The stand-in in a box', await whyNoBox());
const PROJECT = new URL('../..', import.meta.url).pathname.replace(/\/$/, '');
const UNITS = ['ovirt-engine', 'ovirt-engine-notifier', 'ovirt-websocket-proxy', 'httpd'] as const;
const SSL_CONF =
  'Listen 443\n<VirtualHost _default_:443>\nSSLCertificateFile /a\nSSLCertificateKeyFile /b\n#SSLCACertificateFile /c\n</VirtualHost>\n';
const INIT_SCRIPT = '#!/bin/sh\necho "$1" >> /run/jboss-calls\n[ "$1" != status ]\n';

describe.skipIf(skip)('setup in a box', () => {
  let box: BoxType;
  let bin: string;

  const sh = (script: string): string => box.must(['/bin/sh', '-c', script]);
  const write = (path: string, text: string, mode = '644'): void => {
    box.share('file', text);
    sh(`mkdir -p "$(dirname ${path})" && cp /lab/file ${path} && chmod ${mode} ${path}`);
  };
  const setup = (release: string, ...args: string[]): { code: number; outcome: Outcome } => {
    const { code, stdout, stderr } = box.run([
      process.execPath,
      '/lab/engine-setup.cjs',
      `--release=${release}`,
      '--key-bits=1024',
      ...args,
    ]);
    expect(stderr).toBe('');
    return { code, outcome: JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Outcome };
  };
  const tcp = (role: string): string =>
    box.run([`${bin}/psql`, '-AtX', '-h', 'localhost', '-U', role, '-d', 'engine', '-c', 'select current_user'], {
      env: { PGPASSFILE: '/etc/ovirt-engine/.pgpass' },
    }).stdout;

  beforeAll(async () => {
    ({ bin } = await postgresPrograms());
    box = await Box.boot('stand-in', PROJECT, ['postgresql.service', 'ssh.service']);
    await buildStandIn(join(box.shared, 'engine-setup.cjs'));
    sh('mkdir -p /var/lib/pgsql/lab /etc/pki/ovirt-engine /etc/httpd/conf && chown postgres /var/lib/pgsql/lab');
    box.must([`${bin}/initdb`, '-D', '/var/lib/pgsql/lab', '-A', 'peer', '--no-sync', '--locale=C.UTF-8'], {
      user: 'postgres',
    });
    write('/var/lib/pgsql/lab/pg_hba.conf', PG_HBA);
    write('/etc/systemd/system/postgresql-lab.service', postgresqlUnit(bin));
    for (const unit of UNITS)
      write(
        `/etc/systemd/system/${unit}.service`,
        '[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n',
      );
    write('/etc/httpd/conf.d/ssl.conf', SSL_CONF);
    sh('chown postgres /var/lib/pgsql/lab/pg_hba.conf; systemctl daemon-reload; systemctl start postgresql-lab');
  });
  afterAll(async () => box?.destroy());

  it('makes the database as the postgres account, lets the role in, and starts and enables the services', () => {
    expect(setup('4.5', '--offline')).toMatchObject({
      code: 0,
      outcome: { taken: 'new', damage: [], databases: { engine: 'engine' } },
    });
    expect(
      sh(`systemctl is-active ${UNITS.join(' ')}; systemctl is-enabled ${UNITS.join(' ')}`)
        .trim()
        .split('\n'),
    ).toEqual([...UNITS.map(() => 'active'), ...UNITS.map(() => 'enabled')]);
    const hba = sh('cat /var/lib/pgsql/lab/pg_hba.conf').split('\n');
    expect(hba[0]).toBe('local all postgres peer');
    expect(hba[1]).toMatch(/^host +engine +engine +0\.0\.0\.0\/0 +md5$/);
    expect(sh('stat -c %U /var/lib/pgsql/lab/pg_hba.conf; ls /tmp | grep -c ^tmp || :')).toBe('postgres\n0\n');
    write('/root/answers', '[environment:default]\nQUESTION/1/ENGINE_VACUUM_FULL=str:no\n');
    expect(setup('4.5', '--offline', '--answers=/root/answers')).toMatchObject({
      code: 0,
      outcome: { taken: 'upgrade', damage: [] },
    });
    expect(sh('cat /var/lib/pgsql/lab/pg_hba.conf').split('\n')).toEqual(hba);
  });

  it('takes the whole server over in 3.2, and gets in by its password file only', () => {
    sh('systemctl stop ovirt-engine; rm -rf /etc/ovirt-engine* /etc/pki/ovirt-engine /var/lib/ovirt-engine');
    box.must([`${bin}/psql`, '-qX', '-c', 'drop database engine', '-c', 'drop role engine'], { user: 'postgres' });
    write('/etc/pki/ovirt-engine/serial.txt', '01');
    write('/etc/pki/ovirt-engine/database.txt', '');
    expect(setup('3.2', '--offline')).toMatchObject({ code: 0, outcome: { taken: 'new', damage: [] } });
    expect(sh('head -1 /var/lib/pgsql/lab/pg_hba.conf')).toBe('local all postgres md5\n');
    expect([tcp('postgres'), tcp('engine')]).toEqual(['postgres\n', 'engine\n']);
    expect(setup('3.2', '--offline')).toMatchObject({ code: 0, outcome: { taken: 'upgrade', damage: [] } });

    // With another password the kept database is not found; the server is opened to make one, and stays open.
    write('/root/answers', '[general]\nDB_LOCAL_PASS=another\n');
    const { code, outcome } = setup('3.2', '--offline', '--answers=/root/answers');
    expect({ code, taken: outcome.taken }).toEqual({ code: 0, taken: 'new' });
    expect(outcome.damage).toContainEqual(expect.stringMatching(/^server-open:/));
  });

  it('starts and enables a SysV service in 3.0', () => {
    write('/etc/init.d/jboss-as', INIT_SCRIPT, '755');
    sh(
      'rm -rf /etc/ovirt-engine /etc/pki/ovirt-engine; mkdir -p /usr/share/ovirt-engine/engine.ear /usr/share/ovirt-engine/resources/jboss/ROOT.war /usr/share/ovirt-engine/resources/jboss/modules/org/postgresql',
    );
    sh(`PGPASSWORD=sample-password ${bin}/psql -qX -h localhost -U postgres -c 'drop database engine'`);
    write('/etc/pki/ovirt-engine/serial.txt', '01');
    write('/etc/pki/ovirt-engine/database.txt', '');
    const withoutSystemd = 'mount -t tmpfs none /run/systemd && exec "$@"';
    const command = [
      'unshare',
      '--mount',
      '/bin/sh',
      '-c',
      withoutSystemd,
      'sh',
      process.execPath,
      '/lab/engine-setup.cjs',
    ];
    const { code, stdout } = box.run([...command, '--release=3.0', '--key-bits=1024', '--offline']);
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({ taken: 'new', damage: [] });
    expect(code).toBe(0);
    expect(sh('grep -v status /run/jboss-calls; readlink /etc/rc3.d/S90jboss-as')).toBe('start\n../init.d/jboss-as\n');
  });
});
