/** The services of a running machine without systemd: SysV scripts, and a container that has unit files only. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { passedOver } from '../test/fixture/needs.ts';
import { WITHOUT_SYSTEMD, whyNoBox } from './box.ts';
import { ServicesBox } from './services-box.ts';

const skip = passedOver('SysV init', await whyNoBox());

const LIMIT = 20_000;

const SCRIPT = `#!/bin/sh
pidfile=/run/y-engine.pid
echo "$1" >> /run/calls
case "$1" in
  start) /bin/sleep infinity & echo $! > $pidfile ;;
  stop) [ -e /run/stubborn ] && exit 0; kill "$(cat $pidfile)" && rm $pidfile ;;
  reload) [ -e $pidfile ] ;;
  status) [ -e $pidfile ] || exit 3 ;;
  *) exit 2 ;;
esac
`;
const UNIT = '[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n';

describe.skipIf(skip)('services without systemd', () => {
  let lab: ServicesBox;

  beforeAll(async () => {
    lab = await ServicesBox.boot('sysv');
    lab.prefix = WITHOUT_SYSTEMD;
    lab.write('/etc/init.d/y-engine', SCRIPT, '755');
    lab.write('/etc/init.d/y-open', SCRIPT, '777');
    lab.write('/usr/lib/systemd/system/y-unit.service', UNIT);
    lab.sh('ln -s ../init.d/y-engine /etc/rc3.d/S90y-engine; ln -s ../init.d/y-engine /etc/rc0.d/K10y-engine');
    lab.sh('systemctl enable y-unit');
  });
  afterAll(() => lab?.box.destroy());

  it('tells by the script whether a service runs, and by its start links whether it is enabled', () => {
    lab.sh('rm -f /run/calls');
    const common = { enabled: false, masked: false, failedLoop: false, pids: [] };
    expect(lab.states('y-engine', 'y-none', 'y-unit')).toEqual([
      {
        ...common,
        unit: 'y-engine',
        manager: 'sysv',
        exists: true,
        active: false,
        enabled: true,
        links: ['/etc/rc3.d/S90y-engine'],
      },
      { ...common, unit: 'y-none', manager: 'sysv', exists: false, active: false, links: [] },
      {
        ...common,
        unit: 'y-unit',
        manager: 'systemd',
        exists: true,
        active: false,
        enabled: true,
        links: ['/etc/systemd/system/multi-user.target.wants/y-unit.service'],
      },
    ]);
    expect(lab.sh('cat /run/calls')).toBe('status\n');
  });

  it('starts, reloads and stops a service by its script', () => {
    lab.sh('rm -f /run/calls');
    const none = { value: null };
    const outcomes = lab.calls(
      ['reload', 'y-engine', LIMIT],
      ['start', 'y-engine', LIMIT],
      ['states', ['y-engine']],
      ['start', 'y-engine', LIMIT],
      ['reload', 'y-engine', LIMIT],
      ['stop', 'y-engine', LIMIT],
      ['states', ['y-engine']],
    );
    const state = (active: boolean) => ({ value: [expect.objectContaining({ active })] });
    expect(outcomes).toEqual([none, none, state(true), none, none, none, state(false)]);
    const words = lab.sh('cat /run/calls').split('\n');
    expect(words.filter((word) => word !== 'status')).toEqual(['start', 'reload', 'stop', '']);
  });

  it('fails when the service still runs after its script stopped it', () => {
    lab.sh('touch /run/stubborn');
    const [, stopped] = lab.calls(['start', 'y-engine', LIMIT], ['stop', 'y-engine', LIMIT]);
    lab.sh('rm -f /run/stubborn /run/y-engine.pid');
    expect(stopped!.error!.message).toBe('y-engine still runs after "/etc/init.d/y-engine stop".');
  });

  it('does not run a script that others may write', () => {
    lab.sh('rm -f /run/calls');
    expect(lab.call('stop', 'y-open', LIMIT).error!.message).toContain('can be written by others');
    expect(lab.state('y-open')).toMatchObject({ exists: true, active: true });
    expect(lab.sh('cat /run/calls 2>/dev/null || :')).toBe('');
  });

  it('says that a service without a script cannot be stopped', () => {
    expect(lab.call('stop', 'y-unit', LIMIT).error!.message).toContain('no script');
  });

  it('disables scripts and unit files by their links', () => {
    expect(lab.calls(['disable', 'y-engine'], ['disable', 'y-unit'])).toEqual([{ value: null }, { value: null }]);
    expect(lab.states('y-engine', 'y-unit')).toMatchObject([{ enabled: false }, { enabled: false }]);
    expect(lab.sh('ls /etc/rc0.d | grep y-engine')).toBe('K10y-engine\n');
    expect(lab.sh('systemctl is-enabled y-unit || :')).toBe('disabled\n');
  });
});
