/** Rows of OVN that a restore finds. */
import { expect, it } from 'vitest';
import type { OvnRows } from '../../src/model/facts.ts';
import type { Effects } from '../../src/restore/effects.ts';
import type { RestoreLook } from '../../src/restore/findings.ts';
import { lookAt } from '../../src/restore/look.ts';
import { NO_ROWS } from '../../src/steps/ovn-rows.ts';

const BEFORE: OvnRows = { tls: null, connections: ['pssl:6642'] };

/** @param now null: the tool is not there; an error: it fails */
async function look(root: string, now: OvnRows | null | Error) {
  const ovn = [{ tool: 'ovn-sbctl', target: 'southbound database', before: BEFORE, left: NO_ROWS }];
  const effects = {
    ...{ files: [], removedDirs: [], madeDirs: [], databases: [], roles: [], closed: [], rows: [], services: [] },
    ...{ ovn, webServer: null },
  } as Effects;
  let asked = false;
  const read = async () => {
    asked = true;
    if (now instanceof Error) throw now;
    return now;
  };
  const context = { host: { files: { root }, ovn: { read } } } as unknown as RestoreLook;
  const [found] = (await lookAt(effects, context)).ovn;
  return { asked, verdict: found!.verdict, now: found!.now, trouble: found!.trouble };
}

it('are as before, as the run left them, or of somebody else', async () => {
  expect(await look('/', BEFORE)).toMatchObject({ verdict: 'before', trouble: null });
  expect(await look('/', NO_ROWS)).toMatchObject({ verdict: 'left', now: NO_ROWS, trouble: null });
  expect(await look('/', { ...BEFORE, connections: ['ptcp:1'] })).toMatchObject({ verdict: 'changed', trouble: null });
});

it('are not asked for below a root: the tools would ask the running machine', async () => {
  expect(await look('/mnt/host', NO_ROWS)).toMatchObject({ asked: false, now: null, trouble: expect.any(String) });
});

it('stay where nobody can write them as they are', async () => {
  const others = { ...BEFORE, connections: ['read-only role="ovn-controller" pssl:6642'] };
  expect(await look('/', others)).toMatchObject({ now: null, trouble: expect.stringContaining('ovn-controller') });
  expect(await look('/', null)).toMatchObject({ now: null, trouble: 'ovn-sbctl is not installed' });
});
