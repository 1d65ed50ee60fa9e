/** What setup of 3.0 to 3.2 stumbles over beside its database: half a PKI, dangling links, a configuration without its password. */
import { describe, expect, it } from 'vitest';
import { layoutOf } from '../../src/layouts/index.ts';
import type { Facts } from '../../src/model/facts.ts';
import type { Release } from '../../src/model/layout.ts';
import { verify } from '../../src/verify/index.ts';
import { content, database, file } from '../plan/facts.ts';
import { clean, keptWhole, PKI, pkiOf } from './hosts.ts';

const obstacles = (facts: Facts): string[] =>
  verify(facts, true)
    .checks.filter(({ ok }) => !ok)
    .map(({ id }) => id);

const whole = (release: Release): string[] => {
  const { ca, caKey, engineStore, whole: rest } = layoutOf(release)!.pki;
  return [ca, caKey, engineStore, ...rest];
};

/** Nothing but these files of a PKI. */
function left(release: Release, ...names: string[]): Facts {
  const paths = names.map((name) => `${PKI}/${name}`);
  const phase = (path: string) => (path.endsWith('/ca.pem') ? ('ca' as const) : ('keystores' as const));
  return clean({ release, pki: pkiOf(paths), files: paths.map((path) => file(path, phase(path), { keep: 'pki' })) });
}

describe.each(['3.0', '3.1', '3.2'] as const)('a PKI of %s', (release) => {
  it('that is whole, or not there at all, is no obstacle', () => {
    expect(obstacles(clean({ release }))).toEqual([]);
    expect(obstacles(clean({ release, pki: pkiOf(whole(release), true) }))).toEqual([]);
  });

  it('that the package brought is not there', () => {
    expect(obstacles(clean({ release, pki: pkiOf([`${PKI}/serial.txt`, `${PKI}/database.txt`]) }))).toEqual([]);
  });

  it('lacks what is never made again where the file that decides is there', () => {
    for (const path of whole(release).filter((one) => one !== layoutOf(release)!.pki.madeWith)) {
      const present = whole(release).filter((one) => one !== path);
      expect(obstacles(clean({ release, pki: pkiOf(present) })), path).toContain('pki-keys');
    }
  });

  it('of an old CA spoils a new one by its trust store and its certificates', () => {
    expect(obstacles(left(release, '.truststore'))).toEqual(['pki-trust']);
    expect(obstacles(left(release, 'certs/01.pem'))).toEqual(['pki-serial']);
    expect(obstacles(left(release, 'keys/engine_id_rsa'))).toEqual([]);
  });
});

it('the file that decides is the keystore in 3.0 and 3.1, the CA in 3.2, where a web server’s CA stops setup', () => {
  for (const release of ['3.0', '3.1'] as const) {
    expect(obstacles(left(release, '.keystore'))).toContain('pki-keys');
    expect(obstacles(left(release, 'keys/engine.p12'))).toEqual([]);
  }
  expect(obstacles(left('3.2', 'ca.pem', 'private/ca.pem'))).toContain('pki-keys');
  expect(obstacles(left('3.2', 'keys/engine.p12'))).toEqual([]);
  expect(obstacles(left('3.2', 'apache-ca.pem'))).toEqual(['pki-web']);
});

it('a dangling link stops setup, one that leads somewhere does not', () => {
  const link = file('/usr/share/jboss-as/standalone/deployments/engine.ear', 'links', { linkTarget: '/gone' });
  expect(obstacles(clean({ release: '3.0', files: [link] }))).toEqual([]);
  const check = verify(clean({ release: '3.0', files: [{ ...link, dangling: true }] }), true).checks.find(
    ({ ok }) => !ok,
  );
  expect(check).toMatchObject({ id: 'dangling-link', hint: expect.stringContaining(`rm ${link.path}`) });
});

const XML = '/etc/ovirt-engine/engine-service.xml';

describe('a configuration without the encrypted password', () => {
  const host = (release: Release, tables: number): Facts =>
    keptWhole({
      release,
      marker: null,
      hollow: [{ component: 'engine', config: { path: XML, identity: null }, aside: `${XML}.rpmsave` }],
      pki: pkiOf(whole(release), true),
      databases: [database({ content: content({ tables }), admin: database().admin })],
    });

  it('keeps the engine out of a full database in 3.0 and 3.1', () => {
    for (const release of ['3.0', '3.1'] as const) {
      expect(obstacles(host(release, 156))).toContain('engine-config');
      expect(obstacles(host(release, 0))).not.toContain('engine-config');
    }
    expect(verify(host('3.1', 156), true).checks.find(({ id }) => id === 'engine-config')!.hint).toContain(
      `puts ${XML} back from ${XML}.rpmsave`,
    );
  });

  it('is written by setup of 3.2', () => {
    expect(layoutOf('3.2')!.components.filter(({ configuredBy }) => configuredBy)).toEqual([]);
  });
});
