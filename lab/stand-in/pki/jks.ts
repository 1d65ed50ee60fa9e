/**
 * Java's own keystore format: written and read, keys included. The engine of 3.0 and 3.1 has its key in such a file, and every release before 4.4 its trust store.
 * Format: magic, version, entries, and a digest over all of it with the password.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { closeKey, openKey, passwordBytes } from './jks-key.ts';

const MAGIC = 0xfeedfeed;
const VERSION = 2;
const SALT = 'Mighty Aphrodite';

export type JksEntry =
  | { kind: 'key'; alias: string /** PKCS#8, DER. */; key: Buffer /** DER. */; chain: Buffer[] }
  | { kind: 'certificate'; alias: string; certificate: Buffer };

function digest(content: Buffer, password: string): Buffer {
  return createHash('sha1').update(passwordBytes(password)).update(SALT, 'utf8').update(content).digest();
}

function u4(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function sized(bytes: Buffer): Buffer {
  return Buffer.concat([u4(bytes.length), bytes]);
}

function time(): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(Date.now()));
  return bytes;
}

const x509 = (certificate: Buffer): Buffer => Buffer.concat([text('X.509'), sized(certificate)]);

function entryBytes(entry: JksEntry, password: string): Buffer {
  const head = [u4(entry.kind === 'key' ? 1 : 2), text(entry.alias), time()];
  if (entry.kind === 'certificate') return Buffer.concat([...head, x509(entry.certificate)]);
  const key = sized(closeKey(entry.key, password));
  return Buffer.concat([...head, key, u4(entry.chain.length), ...entry.chain.map(x509)]);
}

export function writeJks(entries: readonly JksEntry[], password: string): Buffer {
  const content = Buffer.concat([
    u4(MAGIC),
    u4(VERSION),
    u4(entries.length),
    ...entries.map((entry) => entryBytes(entry, password)),
  ]);
  return Buffer.concat([content, digest(content, password)]);
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  take(count: number): Buffer {
    if (this.#at + count > this.#bytes.length) throw new Error('the keystore ends early');
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  u4(): number {
    return this.take(4).readUInt32BE();
  }

  text(): string {
    return this.take(this.take(2).readUInt16BE()).toString('utf8');
  }

  certificate(): Buffer {
    this.text();
    return this.take(this.u4());
  }
}

/** @throws Error if it is no keystore of this format, or the password does not fit */
export function readJks(bytes: Buffer, password: string): JksEntry[] {
  const content = bytes.subarray(0, -20);
  if (bytes.length < 32 || content.readUInt32BE() !== MAGIC) throw new Error('not a keystore of Java');
  if (!timingSafeEqual(bytes.subarray(-20), digest(content, password))) throw new Error('the password does not fit');
  const reader = new Reader(content);
  reader.take(8);
  return Array.from({ length: reader.u4() }, (): JksEntry => {
    const kind = reader.u4();
    const alias = reader.text();
    reader.take(8);
    if (kind === 2) return { kind: 'certificate', alias, certificate: reader.certificate() };
    const key = openKey(reader.take(reader.u4()), password);
    return { kind: 'key', alias, key, chain: Array.from({ length: reader.u4() }, () => reader.certificate()) };
  });
}
