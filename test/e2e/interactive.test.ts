/** The conversation on a real terminal. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Box, difference } from './harness.ts';

let box: Box;
beforeEach(async () => {
  box = await Box.make({ services: true });
});
afterEach(() => box.destroy());

const DATABASE = '/etc/ovirt-engine/engine.conf.d/10-setup-database.conf';
/** What a run leaves that changed nothing. */
const TRACES = ['/run/engine-cleanup.lock', '/var/log/ovirt-engine/engine-cleanup.log'];

describe('on a terminal', () => {
  it.each([
    ['yes\nno\n', 4, /Proceed\? \(yes\/no\) \[no\]: /],
    ['yes\n\x03', 130, /Stopped, as asked\.\nNothing was changed\./],
    ['\x03', 130, /Drop data base\?/],
    ['yes\n\x04', 4, /End of input: taken as no\./],
  ])('%j ends it before the first change', async (answers, code, words) => {
    const [before, objects] = [box.host.listing(), await box.objects()];
    const ended = await box.terminal([], answers);
    expect(ended.code).toBe(code);
    expect(ended.text).toMatch(words);
    const { gone, changed, made } = difference(before, box.host.listing());
    expect({ gone, changed, made: made.filter((path) => path !== '/run') }).toEqual({
      gone: [],
      changed: [],
      made: TRACES,
    });
    expect(await box.objects()).toEqual(objects);
    expect(box.host.services.running().length).toBeGreaterThan(0);
  });

  it('drops after two times yes, and redraws one line while it works', async () => {
    const { code, text } = await box.terminal([], 'yes\nyes\n');
    expect(text).toContain(
      'Drop data base? if you want to reuse the existing database for the future installation choose no.',
    );
    expect(text).toContain('Finished cleanup it is now safe to rerun engine-setup.');
    expect(text).toContain('\x1b[K');
    expect(code).toBe(0);
    expect(box.exists(DATABASE)).toBe(false);
  });

  it('keeps the database and the keys where that is said', async () => {
    const { code, text } = await box.terminal([], 'no\nyes\nyes\n');
    expect(text).toContain('Keep the CA and keys? (yes/no) [yes]: ');
    expect(code).toBe(0);
    expect(box.exists(DATABASE)).toBe(true);
    expect(box.exists('/etc/pki/ovirt-engine/ca.pem')).toBe(true);
  });
});
