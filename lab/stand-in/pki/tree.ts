/** The directory with the engine's keys and certificates, and openssl run in it. */
import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SetupError } from '../base/abort.ts';
import { must } from '../base/exec.ts';
import type { FileAttributes, Host } from '../base/host.ts';

/** Password of every keystore, in all releases. */
export const STORE_PASSWORD = 'mypass';
const DIR = '/etc/pki/ovirt-engine';

export interface Subject {
  country: string;
  organization: string;
}

export class PkiTree {
  readonly host: Host;
  readonly #keyBits: number;

  constructor(host: Host, keyBits: number) {
    this.host = host;
    this.#keyBits = keyBits;
  }

  /** A new private key, PEM. */
  newKey(): string {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: this.#keyBits });
    return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  }

  /** Host path of a name in the tree. */
  path(name: string): string {
    return `${DIR}/${name}`;
  }

  has(name: string): boolean {
    return this.host.exists(this.path(name));
  }

  read(name: string): string {
    return this.host.read(this.path(name));
  }

  write(name: string, content: string | Buffer, attributes: FileAttributes = {}): void {
    this.host.write(this.path(name), content, attributes);
  }

  /** The plain certificate in a file that may also hold its readable form; null where there is none. */
  certificate(name: string): X509Certificate | null {
    const text = this.host.readIfThere(this.path(name)) ?? '';
    const [pem] = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/.exec(text) ?? [];
    try {
      return pem === undefined ? null : new X509Certificate(pem);
    } catch {
      return null;
    }
  }

  /** Runs openssl in the tree. */
  openssl(args: readonly string[], input = ''): string {
    return must('openssl', args, { cwd: this.host.real(DIR), input });
  }

  /** Gives a program a text as a file that is gone afterwards: a private key, a configuration. */
  withTemporary<T>(text: string, work: (file: string) => T): T {
    const dir = mkdtempSync(join(tmpdir(), 'stand-in-'));
    try {
      writeFileSync(join(dir, 'text'), text, { mode: 0o600 });
      return work(join(dir, 'text'));
    } finally {
      rmSync(dir, { recursive: true });
    }
  }

  /** Certificate and private key of a PKCS#12 store; null where there is none, or it does not open. */
  store(name: string): { key: string; certificate: X509Certificate } | null {
    if (!this.has(name)) return null;
    try {
      const text = this.openssl(['pkcs12', '-in', name, '-nodes', '-passin', `pass:${STORE_PASSWORD}`]);
      const [certificate] = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/.exec(text) ?? [];
      const [key] = /-----BEGIN PRIVATE KEY-----[\s\S]+?-----END PRIVATE KEY-----/.exec(text) ?? [];
      return certificate === undefined || key === undefined
        ? null
        : { key: `${key}\n`, certificate: new X509Certificate(certificate) };
    } catch (error) {
      if (error instanceof SetupError) return null;
      throw error;
    }
  }

  /** Whether a key file belongs to a certificate file. */
  matches(certificate: string, key: string): boolean {
    const [cert, pem] = [this.certificate(certificate), this.host.readIfThere(this.path(key))];
    try {
      return cert !== null && pem !== null && cert.checkPrivateKey(createPrivateKey(pem));
    } catch {
      return false;
    }
  }
}
