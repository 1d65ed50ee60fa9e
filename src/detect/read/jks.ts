/**
 * Java's keystore of old (JKS), in which releases 3.0 and 3.1 kept the engine's key: entries, then a digest over the password and all of it. A private key is hidden under a key
 * stream of SHA-1, as Sun's provider made it. Everything in it is big-endian. Pure.
 */
import { createHash, createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';

const MAGIC = 0xfeedfeed;
const DIGEST_BYTES = 20;
const SALT_BYTES = 20;
const [PRIVATE_KEY, TRUSTED] = [1, 2];
/** Words that Sun's provider mixes into the digest. */
const WHITENER = 'Mighty Aphrodite';

export interface JksEntry {
  alias: string;
  key: KeyObject;
  /** The key's own certificate first, then those that issued it. */
  chain: X509Certificate[];
}

/** Two bytes for each character, the higher first. */
function passwordBytes(password: string): Buffer {
  return Buffer.from(password, 'utf16le').swap16();
}

function sha1(...parts: Buffer[]): Buffer {
  const hash = createHash('sha1');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  take(length: number): Buffer {
    if (length > this.#bytes.length - this.#at) throw new Error('the keystore is cut off');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  int(): number {
    return this.take(4).readUInt32BE();
  }

  text(): string {
    return this.take(this.take(2).readUInt16BE()).toString('utf8');
  }

  block(): Buffer {
    return this.take(this.int());
  }
}

/** One element of DER at an offset: where its content begins and ends. */
function element(der: Buffer, at: number): { begin: number; end: number } {
  const first = der[at + 1];
  if (first === undefined) throw new Error('the private key is cut off');
  const more = first < 0x80 ? 0 : first & 0x7f;
  if (more > 4 || at + 2 + more > der.length) throw new Error('the private key is damaged');
  const length = more === 0 ? first : der.readUIntBE(at + 2, more);
  const begin = at + 2 + more;
  if (length > der.length - begin) throw new Error('the private key is cut off');
  return { begin, end: begin + length };
}

/** The hidden bytes inside `SEQUENCE { algorithm, OCTET STRING }`. */
function hiddenPart(entry: Buffer): Buffer {
  const algorithm = element(entry, element(entry, 0).begin);
  const { begin, end } = element(entry, algorithm.end);
  return entry.subarray(begin, end);
}

/** Salt, hidden key, digest over password and key: a wrong password shows in the last. */
function openKey(entry: Buffer, password: string): KeyObject {
  const hidden = hiddenPart(entry);
  const length = hidden.length - SALT_BYTES - DIGEST_BYTES;
  if (length <= 0) throw new Error('the private key is cut off');
  const secret = passwordBytes(password);
  const key = Buffer.alloc(length);
  let stream = hidden.subarray(0, SALT_BYTES);
  for (let at = 0; at < length; at++) {
    if (at % DIGEST_BYTES === 0) stream = sha1(secret, stream);
    key[at] = hidden[SALT_BYTES + at]! ^ stream[at % DIGEST_BYTES]!;
  }
  if (!sha1(secret, key).equals(hidden.subarray(SALT_BYTES + length)))
    throw new Error('the private key does not open with the password of the store');
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
}

/** The body without its digest. @throws Error if it is no such store, is damaged, or has another password */
function checkedBody(store: Buffer, password: string): Buffer {
  if (store.length < 12 + DIGEST_BYTES || store.readUInt32BE() !== MAGIC) throw new Error('it is no Java keystore');
  const body = store.subarray(0, -DIGEST_BYTES);
  const digest = sha1(passwordBytes(password), Buffer.from(WHITENER, 'utf8'), body);
  if (!digest.equals(store.subarray(-DIGEST_BYTES)))
    throw new Error('the keystore is damaged, or does not open with its password');
  return body;
}

/** Every entry with a private key. @throws Error that says what is wrong with the store */
export function readJks(store: Buffer, password: string): JksEntry[] {
  const reader = new Reader(checkedBody(store, password));
  reader.int();
  const version = reader.int();
  if (version !== 1 && version !== 2) throw new Error(`it is a Java keystore of an unknown version, ${version}`);
  const certificate = (): X509Certificate => {
    if (version === 2) reader.text(); // the kind, always X.509
    return new X509Certificate(reader.block());
  };
  const entries: JksEntry[] = [];
  for (let left = reader.int(); left > 0; left--) {
    const tag = reader.int();
    const alias = reader.text();
    reader.take(8); // when it was made
    if (tag === TRUSTED) {
      certificate();
      continue;
    }
    if (tag !== PRIVATE_KEY) throw new Error(`the keystore holds an entry of an unknown kind, ${tag}`);
    const hidden = reader.block();
    const chain: X509Certificate[] = [];
    for (let certificates = reader.int(); certificates > 0; certificates--) chain.push(certificate());
    entries.push({ alias, key: openKey(hidden, password), chain });
  }
  return entries;
}
