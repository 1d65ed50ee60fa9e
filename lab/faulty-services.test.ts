/** Services that will not, on a whole host: what the program says, what it leaves, and that the run after mending finishes. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { passedOver, whyNoProgram } from '../test/fixture/needs.ts';
import { whyNoBox } from './box.ts';
import { LabHost, PROJECT } from './host.ts';
import { differences, type Picture, pictureOf } from './picture.ts';

const skip = passedOver('Services that will not', (await whyNoBox()) ?? (await whyNoProgram('ovn-northd')));

const DROP_IN = '/run/systemd/system/ovirt-engine.service.d/fault.conf';
const RELOAD = 'systemctl daemon-reload';
const RUNS = 'until systemctl -q is-active ovirt-engine; do sleep 0.1; done';

/** A drop-in for the engine's unit. */
function dropIn(text: string): string {
  return `mkdir -p ${DROP_IN.replace(/\/[^/]*$/, '')}; printf '${text}' >${DROP_IN}; ${RELOAD}`;
}
const WITHOUT = `rm -f ${DROP_IN}; ${RELOAD}`;

interface Case {
  what: string;
  /** Commands by which it comes and goes. */
  spoil: string;
  mend: string;
  /** 3: found before the first change. 5: met in the middle, and what was stopped runs again. */
  code: 3 | 5;
  says: RegExp;
  hint: RegExp;
}

const CASES: readonly Case[] = [
  {
    what: 'that hangs when it is to stop',
    spoil: dropIn('[Service]\\nExecStop=/bin/sleep 1000\\nTimeoutStopSec=infinity\\n'),
    // systemd starts it when it has stopped: so it was told by the run that gave up on it.
    mend: `${WITHOUT}; systemctl kill --kill-whom=control ovirt-engine; ${RUNS}`,
    code: 5,
    says: /ovirt-engine did not stop within 3 s; systemd goes on stopping it/,
    hint: /journalctl -u ovirt-engine.*--timeout/,
  },
  {
    what: 'that cannot be stopped',
    spoil: dropIn('[Unit]\\nRefuseManualStop=yes\\n'),
    mend: WITHOUT,
    code: 5,
    says: /stop ovirt-engine, .*: Failed to stop ovirt-engine\.service: Operation refused/,
    hint: /journalctl -u ovirt-engine/,
  },
  {
    what: 'that starts itself again',
    spoil: dropIn('[Service]\\nExecStopPost=+/bin/sh -c "systemctl --no-block start ovirt-engine"\\n'),
    mend: `${WITHOUT}; ${RUNS}`,
    code: 5,
    says: /ovirt-engine was stopped and is .* again/,
    hint: /Find out what starts it/,
  },
  {
    what: 'that another unit holds up',
    spoil: `printf '[Unit]\\nUpholds=ovirt-engine.service\\n[Service]\\nExecStart=/bin/sleep infinity\\n' >/run/systemd/system/holder.service; ${RELOAD}; systemctl start holder`,
    mend: `systemctl stop holder; rm /run/systemd/system/holder.service; ${RELOAD}; ${RUNS}`,
    code: 5,
    says: /ovirt-engine (?:was stopped and is .* again|is stopped, but holder\.service can start it)/,
    hint: /systemctl stop holder\.service|Find out what starts it/,
  },
  {
    what: 'that is masked',
    spoil: 'systemctl mask ovirt-engine',
    mend: 'systemctl unmask ovirt-engine',
    code: 3,
    says: /Unit ovirt-engine is masked/,
    hint: /systemctl unmask ovirt-engine/,
  },
  {
    what: 'that fails and is started again and again',
    spoil: `${dropIn('[Service]\\nExecStartPre=/bin/false\\nRestart=always\\nRestartSec=1h\\n')}; systemctl restart ovirt-engine || :`,
    mend: `${WITHOUT}; systemctl restart ovirt-engine`,
    code: 3,
    says: /Unit ovirt-engine is in a failed start loop/,
    hint: /systemctl stop ovirt-engine/,
  },
  {
    what: 'whose manager cannot be asked, as systemctl is missing',
    spoil: 'mv /usr/bin/systemctl /usr/bin/systemctl.away',
    mend: 'mv /usr/bin/systemctl.away /usr/bin/systemctl',
    code: 3,
    says: /systemctl/,
    hint: /\w/,
  },
];

describe.skipIf(skip)('a service', () => {
  let host: LabHost;
  let before: Picture;
  /** After a cleanup that nothing disturbed. */
  let cleaned: Picture;

  beforeAll(async () => {
    execFileSync(process.execPath, [join(PROJECT, 'scripts/build.mjs')]);
    host = await LabHost.boot();
    host.simulateSetup();
    before = pictureOf(host);
    expect(host.report('-u')).toMatchObject({ exitCode: 0 });
    cleaned = pictureOf(host);
    expect(host.report('restore', '-u')).toMatchObject({ exitCode: 0 });
  });
  afterAll(() => host?.destroy());

  const titled = CASES.map((one) => [one.what, one.code, one] as const);
  it.each(titled)(
    '%s: exit %i, nothing is changed, and the run after mending finishes',
    { timeout: 300_000 },
    (_, __, one) => {
      host.sh(one.spoil);
      // What is refused has changed nothing, not even what is wrong.
      const spoilt = one.code === 3 ? pictureOf(host) : null;
      const { exitCode, outcome, changed, intact, steps, refusals } = host.report('-u', '--timeout', '3');
      const left = one.code === 3 ? pictureOf(host) : null;
      host.sh(one.mend);
      expect(exitCode).toBe(one.code);
      expect(outcome).toBe(one.code === 3 ? 'refused' : 'incomplete');
      const failed = steps.filter(({ status }) => status === 'failed');
      const [said] = one.code === 3 ? refusals : failed.map(({ error, hint }) => ({ message: error, hint }));
      expect(said!.message).toMatch(one.says);
      expect(said!.hint).toMatch(one.hint);
      expect(changed).toBe(one.code === 5);
      if (one.code === 3) expect(steps.filter(({ status }) => status !== 'planned')).toEqual([]);
      else {
        expect(intact).toBe(true);
        expect(failed.map(({ id }) => id)).toEqual(['stop:ovirt-engine']);
        const destroying = steps.filter(({ kind }) => /^(?:database-|files-remove|ovn-)/.test(kind));
        expect(destroying.filter(({ status }) => status !== 'blocked')).toEqual([]);
      }
      if (one.code === 3) expect(differences(host, spoilt!, left!)).toEqual([]);
      if (one.code === 5) expect(differences(host, before)).toEqual([]);
      const again = host.report('-u');
      expect(again.steps.filter(({ error }) => error)).toEqual([]);
      expect(again).toMatchObject({ exitCode: 0, verify: { ready: true } });
      expect(differences(host, cleaned)).toEqual([]);
      expect(host.report('restore', '-u')).toMatchObject({ exitCode: 0 });
      expect(differences(host, before)).toEqual([]);
    },
  );
});
