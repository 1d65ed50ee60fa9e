/** How a private key is protected in Java's own keystore format: a stream of SHA-1 digests over it, in the shell of PKCS#8. */
import { createHash, randomBytes } from 'node:crypto';

/** 1.3.6.1.4.1.42.2.17.1.1 with no parameters, DER. */
const ALGORITHM = Buffer.from('300e060a2b060104012a021101010500', 'hex');
const DIGEST = 20;

function sha1(...parts: Buffer[]): Buffer {
  const hash = createHash('sha1');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** As Java hashes a password: each character in two bytes. */
export function passwordBytes(password: string): Buffer {
  return Buffer.from(password, 'utf16le').swap16();
}

function stream(salt: Buffer, password: Buffer, data: Buffer): Buffer {
  const result = Buffer.alloc(data.length);
  let block = salt;
  for (let at = 0; at < data.length; at += DIGEST) {
    block = sha1(password, block);
    for (let index = at; index < Math.min(at + DIGEST, data.length); index += 1)
      result[index] = data[index]! ^ block[index - at]!;
  }
  return result;
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size =
    length < 128
      ? Buffer.from([length])
      : length < 256
        ? Buffer.from([0x81, length])
        : Buffer.from([0x82, length >> 8, length & 255]);
  return Buffer.concat([Buffer.from([tag]), size, content]);
}

/** Start and length of the content of a DER element. */
function content(bytes: Buffer, at: number): { start: number; length: number } {
  const first = bytes[at + 1]!;
  if (first < 128) return { start: at + 2, length: first };
  const count = first & 127;
  return { start: at + 2 + count, length: bytes.readUIntBE(at + 2, count) };
}

/** @param key PKCS#8, DER */
export function closeKey(key: Buffer, password: string): Buffer {
  const secret = passwordBytes(password);
  const salt = randomBytes(DIGEST);
  const closed = Buffer.concat([salt, stream(salt, secret, key), sha1(secret, key)]);
  return der(0x30, Buffer.concat([ALGORITHM, der(0x04, closed)]));
}

/** @throws Error if the password does not fit */
export function openKey(bytes: Buffer, password: string): Buffer {
  const outer = content(bytes, 0);
  const octets = content(bytes, outer.start + ALGORITHM.length);
  const closed = bytes.subarray(octets.start, octets.start + octets.length);
  const salt = closed.subarray(0, DIGEST);
  const secret = passwordBytes(password);
  const key = stream(salt, secret, closed.subarray(DIGEST, -DIGEST));
  if (!sha1(secret, key).equals(closed.subarray(-DIGEST))) throw new Error('the password of the key does not fit');
  return key;
}
