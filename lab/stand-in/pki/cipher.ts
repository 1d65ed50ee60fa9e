/** Values as the engine encrypts them for its database: with the certificate of its own keystore. */
import { constants, createPrivateKey, privateDecrypt, publicEncrypt, type X509Certificate } from 'node:crypto';

export function encrypt(certificate: X509Certificate, text: string): string {
  return publicEncrypt(
    { key: certificate.publicKey, padding: constants.RSA_PKCS1_PADDING },
    Buffer.from(text),
  ).toString('base64');
}

/**
 * The text of an encrypted value; null if it is not one for this key. The padding is taken off by hand: Node does not do it any more, for fear of attackers who can ask often.
 * @param key PEM
 */
export function decrypt(key: string, value: string): string | null {
  try {
    const block = privateDecrypt(
      { key: createPrivateKey(key), padding: constants.RSA_NO_PADDING },
      Buffer.from(value, 'base64'),
    );
    const end = block.indexOf(0, 2);
    return block[0] === 0 && block[1] === 2 && end >= 10 ? block.subarray(end + 1).toString('utf8') : null;
  } catch {
    return null;
  }
}
