/** Runs on a terminal, as a person has them. */
import { afterEach, describe, expect, it } from 'vitest';
import { Box, difference } from './harness.ts';

let box: Box;
afterEach(() => box.destroy());

const QUESTION = 'Drop data base? if you want to reuse the existing database for the future installation choose no.';
const FINISHED = 'Finished cleanup it is now safe to rerun engine-setup.';

describe('on a terminal', () => {
  it('asks the database question, shows the plan, asks to proceed, and does it', async () => {
    box = await Box.make({ services: true });
    const { code, text } = await box.terminal([], 'yes\nyes\n');
    expect(text).toContain(QUESTION);
    expect(text.indexOf(QUESTION)).toBeLessThan(text.indexOf('Clear database'));
    expect(text).toContain(FINISHED);
    expect(code).toBe(0);
    expect(box.exists('/etc/ovirt-engine/engine.conf.d/10-setup-database.conf')).toBe(false);
  });

  it('with "no" to the last question changes nothing', async () => {
    box = await Box.make({ services: true });
    const before = box.host.listing();
    const { code, text } = await box.terminal([], 'yes\nno\n');
    expect(code).toBe(4);
    expect(text).toContain('Nothing was changed.');
    const { gone, changed } = difference(before, box.host.listing());
    expect([...gone, ...changed.filter((path) => !path.startsWith('/var/log'))]).toEqual([]);
    expect(box.host.services.running().length).toBeGreaterThan(0);
  });

  it('with "no" to the database question keeps it, and asks for the keys', async () => {
    box = await Box.make();
    const { code, text } = await box.terminal([], 'no\nyes\nyes\n');
    expect(code).toBe(0);
    expect(text).toContain(FINISHED);
    expect(box.exists('/etc/ovirt-engine/engine.conf.d/10-setup-database.conf')).toBe(true);
    expect(box.exists('/etc/pki/ovirt-engine/ca.pem')).toBe(true);
    expect(text).not.toContain('Hosts re-install/re-approve');
  });

  it('has nothing to ask where nothing is to do', async () => {
    box = await Box.make();
    await box.json(['-u']);
    const { code, text } = await box.terminal([], '');
    expect(code).toBe(0);
    expect(text).not.toContain(QUESTION);
    expect(text).toContain(FINISHED);
  });
});
