/** The services of a running machine under a real systemd. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { passedOver } from '../test/fixture/needs.ts';
import { whyNoBox } from './box.ts';
import { ServicesBox } from './services-box.ts';

const skip = passedOver('systemd', await whyNoBox());

const SLEEP = 'ExecStart=/bin/sleep infinity';
const INSTALL = '[Install]\nWantedBy=multi-user.target\n';
const LIMIT = 20_000;

/** Unit files by name; the section [Service] is the first. */
const UNITS: Record<string, string> = {
  plain: `${SLEEP}\n${INSTALL}Alias=other-name.service\n`,
  restarting: `${SLEEP}\nRestart=always\nRestartSec=0\n${INSTALL}`,
  hanging: `ExecStart=/bin/sh -c 'trap : TERM; while :; do sleep 0.2; done'\nTimeoutStopSec=infinity\n`,
  looping: 'ExecStart=/bin/false\nRestart=always\nRestartSec=1h\n',
  pausing: 'ExecStart=/bin/true\nRestart=always\nRestartSec=1h\n',
  exhausted: 'ExecStart=/bin/false\nRestart=always\nRestartSec=0\n',
  failed: 'ExecStart=/bin/false\n',
  unfinished: `Type=notify\n${SLEEP}\nTimeoutStartSec=infinity\n`,
  notifying: `Type=notify\nNotifyAccess=all\nExecStart=/bin/sh -c 'trap "echo reloaded >> /run/notifying" HUP; systemd-notify --ready; while :; do sleep 0.1; done'\nExecReload=/bin/kill -HUP $MAINPID\n`,
  unreloadable: `${SLEEP}\nExecReload=/bin/sh -c 'echo bad configuration >&2; exit 1'\n`,
  static: SLEEP,
  removed: `${SLEEP}\n`,
  leaving: `${SLEEP}\n${INSTALL}`,
  upheld: SLEEP,
  triggered: SLEEP,
  masked: `${SLEEP}\n${INSTALL}`,
  passing: `${SLEEP}\n${INSTALL}`,
};

describe.skipIf(skip)('services under systemd', () => {
  let lab: ServicesBox;

  beforeAll(async () => {
    lab = await ServicesBox.boot('systemd');
    for (const [name, text] of Object.entries(UNITS))
      lab.write(`/usr/lib/systemd/system/x-${name}.service`, `[Service]\n${text}`);
    lab.write('/etc/systemd/system/x-holder.service', `[Unit]\nUpholds=x-upheld.service\n[Service]\n${SLEEP}\n`);
    lab.write('/etc/systemd/system/x-triggered.socket', '[Socket]\nListenStream=/run/x-triggered.socket\n');
    lab.write(
      '/etc/init.d/x-sysv',
      '#!/bin/sh\n### BEGIN INIT INFO\n# Provides: x-sysv\n# Default-Start: 3\n# Default-Stop: 0\n### END INIT INFO\nexit 0\n',
      '755',
    );
    lab.sh('ln -s ../init.d/x-sysv /etc/rc3.d/S01x-sysv; systemctl daemon-reload');
  });
  afterAll(() => lab?.box.destroy());

  it('tells the state of many units in one call, in the order asked for', () => {
    lab.sh('systemctl enable --now x-plain x-passing; systemctl disable x-passing; systemctl start x-static');
    lab.sh('mv /usr/bin/systemctl /usr/bin/systemctl.real');
    lab.write('/usr/bin/systemctl', '#!/bin/sh\necho call >> /run/calls\nexec systemctl.real "$@"\n', '755');
    const names = ['x-static', 'x-none', 'x-plain', 'x-passing', 'other-name', 'x-plain'];
    const states = lab.states(...names, ...Array.from({ length: 30 }, (_, index) => `x-none-${index}`));
    const calls = lab.sh('cat /run/calls; mv /usr/bin/systemctl.real /usr/bin/systemctl');
    expect(calls).toBe('call\n');
    const common = { manager: 'systemd', exists: true, active: true, enabled: false, masked: false, failedLoop: false };
    const pids = [expect.any(Number)];
    expect(states.slice(0, 6)).toEqual([
      { ...common, unit: 'x-static', pids },
      { ...common, unit: 'x-none', exists: false, active: false, pids: [] },
      { ...common, unit: 'x-plain', enabled: true, pids },
      { ...common, unit: 'x-passing', pids },
      { ...common, unit: 'other-name', enabled: true, pids },
      { ...common, unit: 'x-plain', enabled: true, pids },
    ]);
    expect(states.length).toBe(36);
    expect(states.slice(6).some(({ exists }) => exists)).toBe(false);
  });

  it('stops, starts and disables a unit, with its alias', () => {
    expect(lab.calls(['stop', 'x-plain', LIMIT], ['disable', 'x-plain'])).toEqual([{ value: null }, { value: null }]);
    expect(lab.state('x-plain')).toMatchObject({ exists: true, active: false, enabled: false });
    expect(lab.state('other-name')).toMatchObject({ exists: false });
    expect(lab.calls(['start', 'x-plain', LIMIT], ['stop', 'x-plain', LIMIT])).toEqual([
      { value: null },
      { value: null },
    ]);
    expect(lab.calls(['disable', 'x-plain'], ['stop', 'x-plain', LIMIT])).toEqual([{ value: null }, { value: null }]);
  });

  it('does not count what enables a unit until the next boot only', () => {
    lab.sh('systemctl enable --runtime x-passing');
    expect(lab.state('x-passing')).toMatchObject({ enabled: false });
  });

  it('fails to stop a unit that does not exist, and says which', () => {
    expect(lab.call('stop', 'x-none', LIMIT).error).toMatchObject({
      code: 'exit 5',
      message: expect.stringContaining('x-none'),
    });
  });

  it('stops a unit that restarts itself, for good', () => {
    lab.sh('systemctl start x-restarting; kill -9 $(systemctl show -P MainPID x-restarting)');
    expect(lab.call('stop', 'x-restarting', LIMIT)).toEqual({ value: null });
    expect(lab.state('x-restarting')).toMatchObject({ active: false });
  });

  it('stops a unit that has not finished starting, which counts as active', () => {
    lab.sh(
      'systemctl start --no-block x-unfinished; until systemctl show -P SubState x-unfinished | grep -q start; do :; done',
    );
    expect(lab.state('x-unfinished')).toMatchObject({ active: true, failedLoop: false, job: 'start' });
    const jobs = [{ unit: 'x-unfinished', job: 'start' }];
    expect(lab.call('jobs', ['x-plain', 'x-unfinished', 'x-none'])).toEqual({ value: jobs });
    expect(lab.call('stop', 'x-unfinished', LIMIT)).toEqual({ value: null });
    expect(lab.state('x-unfinished')).toMatchObject({ active: false });
  });

  it('gives up on a unit that does not stop in time; it counts as active, and can be started when it has ended', () => {
    lab.sh('systemctl start x-hanging');
    const [pid] = lab.state('x-hanging').pids;
    expect(lab.call('stop', 'x-hanging', 500).error).toMatchObject({
      code: 'ETIMEDOUT',
      message: 'x-hanging did not stop within 0.5 s; systemd goes on stopping it.',
      hint: expect.stringContaining('journalctl -u x-hanging'),
    });
    expect(lab.state('x-hanging')).toMatchObject({ active: true, pids: [pid] });
    expect(lab.call('start', 'x-hanging', LIMIT).error!.message).toContain('starts it when it has stopped');
    lab.sh(`kill -9 ${pid}; until systemctl is-active -q x-hanging; do sleep 0.1; done`);
    expect(lab.state('x-hanging').pids).not.toEqual([pid]);
    lab.sh('systemctl kill -s KILL x-hanging');
  });

  it('knows a failed start loop, which one that systemd gave up on no longer is', () => {
    lab.sh('systemctl start x-looping x-pausing x-exhausted; systemctl start x-failed || :');
    lab.sh(
      'until systemctl is-failed -q x-exhausted && [ $(systemctl show -P SubState x-looping x-pausing | grep -c auto-restart) = 2 ]; do sleep 0.1; done',
    );
    expect(lab.states('x-looping', 'x-pausing', 'x-exhausted', 'x-failed')).toMatchObject([
      { active: true, failedLoop: true },
      { active: true, failedLoop: false },
      { active: false, failedLoop: false },
      { active: false, failedLoop: false },
    ]);
    expect(lab.call('stop', 'x-looping', LIMIT)).toEqual({ value: null });
    expect(lab.state('x-looping')).toMatchObject({ active: false, failedLoop: false });
  });

  it('knows a masked unit, also while it runs', () => {
    lab.sh('systemctl enable --now x-masked; systemctl mask x-masked');
    expect(lab.state('x-masked')).toMatchObject({ exists: true, masked: true, active: true, enabled: false });
    expect(lab.call('stop', 'x-masked', LIMIT)).toEqual({ value: null });
  });

  it('stops a unit whose file was removed while it runs', () => {
    lab.sh('systemctl start x-removed; rm /usr/lib/systemd/system/x-removed.service; systemctl daemon-reload');
    expect(lab.state('x-removed')).toMatchObject({ exists: true, active: true });
    expect(lab.call('stop', 'x-removed', LIMIT)).toEqual({ value: null });
    expect(lab.state('x-removed')).toMatchObject({ exists: false, active: false });
  });

  it('disables a unit whose file was removed: its links start it again when the package comes back', () => {
    lab.sh('systemctl enable x-leaving; rm /usr/lib/systemd/system/x-leaving.service; systemctl daemon-reload');
    const links = ['/etc/systemd/system/multi-user.target.wants/x-leaving.service'];
    expect(lab.state('x-leaving')).toMatchObject({ exists: true, active: false, enabled: true, links });
    expect(lab.call('disable', 'x-leaving')).toEqual({ value: null });
    expect(lab.state('x-leaving')).toMatchObject({ exists: false, enabled: false });
    expect(lab.sh(`ls ${links[0]} 2>&1 || :`)).toContain('No such file');
  });

  it('names what can start a stopped unit again', () => {
    lab.sh('systemctl start x-holder x-triggered.socket x-triggered');
    expect(lab.call('stop', 'x-upheld', LIMIT).error!.message).toMatch(
      /x-upheld was stopped|x-holder\.service can start/,
    );
    expect(lab.call('stop', 'x-triggered', LIMIT).error).toMatchObject({
      message: 'x-triggered is stopped, but x-triggered.socket can start it again at any moment.',
      hint: expect.stringContaining('systemctl stop x-triggered.socket'),
    });
    lab.sh('systemctl stop x-holder x-triggered.socket');
    expect(lab.calls(['stop', 'x-upheld', LIMIT], ['stop', 'x-triggered', LIMIT])).toEqual([
      { value: null },
      { value: null },
    ]);
  });

  it('reloads an active unit, leaves one that does not run, and tells why a reload failed', () => {
    expect(lab.call('reload', 'x-notifying', LIMIT)).toEqual({ value: null });
    expect(lab.state('x-notifying')).toMatchObject({ active: false });
    lab.sh('systemctl start x-notifying x-unreloadable');
    expect(lab.call('reload', 'x-notifying', LIMIT)).toEqual({ value: null });
    lab.sh('until grep -q reloaded /run/notifying; do sleep 0.05; done');
    expect(lab.call('reload', 'x-unreloadable', LIMIT).error).toMatchObject({
      message: expect.stringMatching(/reload x-unreloadable, .*: Job for x-unreloadable\.service failed/),
      hint: expect.stringContaining('journalctl -u x-unreloadable'),
    });
    expect(lab.state('x-unreloadable')).toMatchObject({ active: true });
  });

  it('enables and disables a SysV script by its links', () => {
    expect(lab.state('x-sysv')).toMatchObject({ exists: true, enabled: true });
    expect(lab.call('disable', 'x-sysv')).toEqual({ value: null });
    expect(lab.state('x-sysv')).toMatchObject({ exists: true, enabled: false });
  });

  it('knows no strays: everything runs from below /', () => {
    expect(lab.call('strays', [])).toEqual({ value: [] });
  });

  it('fails with a hint where systemctl is missing', () => {
    lab.sh('mv /usr/bin/systemctl /usr/bin/systemctl.away');
    const { error } = lab.call('states', ['x-plain']);
    lab.sh('mv /usr/bin/systemctl.away /usr/bin/systemctl');
    expect(error).toMatchObject({ code: 'ENOENT', message: expect.stringContaining('systemctl') });
    expect(error!.hint).not.toBe('');
  });
});
