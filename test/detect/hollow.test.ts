/** Components that setup takes for configured though their configuration is not its own. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { DetectContext } from '../../src/detect/context.ts';
import { findHollow } from '../../src/detect/hollow.ts';
import { createFiles } from '../../src/host/files/index.ts';
import { g30 } from '../../src/layouts/g1.ts';
import { g5 } from '../../src/layouts/g5.ts';

const STATE = '/var/lib/grafana/grafana.db';
const CONFIG = '/etc/grafana/grafana.ini';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'engine-cleanup-hollow-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function make(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

const find = () => findHollow({ layout: g5, host: { files: createFiles(root) } } as unknown as DetectContext);
const look = async (): Promise<string[]> => (await find()).map(({ component }) => component);

it('Grafana, with its database and without setup’s configuration', async () => {
  make(STATE, 'SQLite');
  expect(await look()).toEqual(['grafana']);
  make(CONFIG, '');
  expect(await look()).toEqual(['grafana']);
  make(CONFIG, '[server]\nroot_url = https://engine.example.test/ovirt-engine-grafana/\n');
  expect(await look()).toEqual([]);
});

it('nothing, where there is no database or an empty one: setup configures it', async () => {
  make(CONFIG, '');
  expect(await look()).toEqual([]);
  make(STATE, '');
  expect(await look()).toEqual([]);
});

it('with what package removal put aside, if that is setup’s', async () => {
  const aside = `${CONFIG}.rpmsave`;
  make(STATE, 'SQLite');
  make(aside, "# an administrator's\n");
  expect(await find()).toEqual([{ component: 'grafana', config: { path: CONFIG, identity: null }, aside: null }]);
  make(aside, '[server]\nroot_url = https://engine.example.test/ovirt-engine-grafana/\n');
  make(CONFIG, '[paths]\n');
  expect(await find()).toMatchObject([{ config: { path: CONFIG, identity: { size: 8 } }, aside }]);
});

it('nothing, where it cannot be told', async () => {
  make(STATE, 'SQLite');
  make('/elsewhere/grafana.ini', '');
  mkdirSync(join(root, 'etc'));
  symlinkSync('/elsewhere', join(root, '/etc/grafana'));
  expect(await look()).toEqual([]);
});

it('an engine whose own configuration lacks the password, in whichever of its places', async () => {
  const look30 = async (): Promise<string[]> =>
    (await findHollow({ layout: g30, host: { files: createFiles(root) } } as unknown as DetectContext)).map(
      ({ component, config, aside }) => `${component} ${config.path} ${aside}`,
    );
  const [as7, eap5] = g30.components[0]!.configuredBy!.configs as [string, string];
  expect(await look30()).toEqual([`engine ${as7} null`]);
  make(as7, '<server/>\n');
  expect(await look30()).toEqual([`engine ${as7} null`]);
  const ours = '<security-domain name="EncryptDBPassword">\n<module-option name="password" value="1f"/>\n';
  make(`${eap5}.rpmsave`, ours);
  expect(await look30()).toEqual([`engine ${eap5} ${eap5}.rpmsave`]);
  make(eap5, ours);
  expect(await look30()).toEqual([]);
});
