/** Java's keystore of old: one that Java's own keytool made (JDK 17, the commands that setup of 3.0 runs), and ones made here. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readJks } from '../../../src/detect/read/jks.ts';
import { makeJks } from '../../fixture/jks.ts';
import { readyPki } from '../../fixture/pki.ts';

const captured = (name: string) => readFileSync(new URL(`../../fixture/captured/keystore/${name}`, import.meta.url));
const store = captured('keystore.jks');
const ca = new X509Certificate(captured('ca.pem'));

describe('a keystore of keytool', () => {
  it("holds the engine's key, and the chain to the CA", () => {
    const entries = readJks(store, 'mypass');
    expect(entries.map(({ alias, chain }) => [alias, chain.length])).toEqual([['engine', 2]]);
    const [own, issuer] = entries[0]!.chain;
    expect(own!.checkPrivateKey(entries[0]!.key)).toBe(true);
    expect(own!.verify(ca.publicKey)).toBe(true);
    expect(issuer!.raw.equals(ca.raw)).toBe(true);
  });

  it('opens with no other password', () => {
    expect(() => readJks(store, 'mypas')).toThrow('does not open with its password');
    expect(() => readJks(store, '')).toThrow('does not open with its password');
  });

  it('that is damaged at any place, or cut off, says so', () => {
    for (let at = 4; at < store.length; at += 97) {
      const damaged = Buffer.from(store);
      damaged[at] = damaged[at]! ^ 1;
      expect(() => readJks(damaged, 'mypass')).toThrow(/damaged/);
    }
    for (const length of [0, 3, 20, 40, store.length - 1])
      expect(() => readJks(store.subarray(0, length), 'mypass')).toThrow(/damaged|no Java keystore/);
    expect(() => readJks(Buffer.from('-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n'), 'mypass')).toThrow(
      'no Java keystore',
    );
  });
});

describe('a keystore made here', () => {
  it('is read back whole, whatever it holds besides', async () => {
    const dir = `${await readyPki()}/etc/pki/ovirt-engine`;
    const key = readFileSync(`${dir}/keys/engine_id_rsa`, 'utf8');
    const chain = [readFileSync(`${dir}/certs/engine.cer`, 'utf8')];
    const made = makeJks(
      { alias: 'engine', key, chain, trusted: { cacert: captured('ca.pem').toString() } },
      'pässwörd €',
    );
    const [entry, ...others] = readJks(made, 'pässwörd €');
    expect(others).toEqual([]);
    expect(entry!.chain[0]!.checkPrivateKey(entry!.key)).toBe(true);
  });
});
