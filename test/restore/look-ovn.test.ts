/** Rows of OVN that a restore finds. */
import { expect, it } from 'vitest';
import { HostError } from '../../src/model/errors.ts';
import type { OvnRows } from '../../src/model/facts.ts';
import type { Effects } from '../../src/restore/effects.ts';
import type { RestoreLook } from '../../src/restore/findings.ts';
import { lookAt } from '../../src/restore/look.ts';
import { NO_ROWS } from '../../src/steps/ovn-rows.ts';

const BEFORE: OvnRows = { tls: null, connections: ['pssl:6642'] };

/** @param now null: the tool is not there; an error: it fails */
async function look(now: OvnRows | null | Error) {
  const ovn = [{ tool: 'ovn-sbctl', target: 'southbound database', before: BEFORE, left: NO_ROWS }];
  const effects = {
    ...{ files: [], removedDirs: [], madeDirs: [], databases: [], roles: [], closed: [], rows: [], services: [] },
    ...{ ovn, webServer: null },
  } as Effects;
  const read = async () => {
    if (now instanceof Error) throw now;
    return now;
  };
  const context = { host: { ovn: { read } } } as unknown as RestoreLook;
  const [found] = (await lookAt(effects, context)).ovn;
  return { verdict: found!.verdict, now: found!.now, trouble: found!.trouble };
}

it('are as before, as the run left them, or of somebody else', async () => {
  expect(await look(BEFORE)).toMatchObject({ verdict: 'before', trouble: null });
  expect(await look(NO_ROWS)).toMatchObject({ verdict: 'left', now: NO_ROWS, trouble: null });
  expect(await look({ ...BEFORE, connections: ['ptcp:1'] })).toMatchObject({ verdict: 'changed', trouble: null });
});

it('are told, and keep nothing else from being put back, where their server is not asked or does not answer', async () => {
  const below = new HostError('below --root its server is not asked', { hint: '' });
  expect(await look(below)).toMatchObject({ now: null, trouble: below.message });
});

it('stay where nobody can write them as they are', async () => {
  const others = { ...BEFORE, connections: ['read-only role="ovn-controller" pssl:6642'] };
  expect(await look(others)).toMatchObject({ now: null, trouble: expect.stringContaining('ovn-controller') });
  expect(await look(null)).toMatchObject({ now: null, trouble: 'ovn-sbctl is not installed' });
});
