/** Whom a TLS connection to a database trusts: the CAs of this machine, those of the caller's libpq, and the engine's own. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import type { Credentials } from '../../model/credentials.ts';

/** Where distributions keep the CAs an administrator trusts (EL, Debian, SUSE). Node's own list is Mozilla's, and knows no company CA. */
const BUNDLES = [
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/ca-bundle.pem',
];

/** Where libpq looks, and with it setup, which connects with `verify-full` and names no file of its own (4.5, `database.py`). */
const OF_LIBPQ = '.postgresql/root.crt';

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

/** PEM texts of every trusted CA. */
export async function trustedCas(extraCa: readonly string[]): Promise<string[]> {
  const own = textOf(join(homedir(), OF_LIBPQ));
  const more = own === null ? extraCa : [own, ...extraCa];
  for (const path of BUNDLES) {
    const system = textOf(path);
    if (system !== null) return [system, ...more];
  }
  const { rootCertificates } = await import('node:tls');
  return [...rootCertificates, ...more];
}

/** The driver's TLS options: none where setup uses none; where it verifies, certificate and host name both. */
export async function tlsOptions(
  credentials: Credentials,
  extraCa: readonly string[],
): Promise<false | ConnectionOptions> {
  if (!credentials.secured) return false;
  if (!credentials.validation) return { rejectUnauthorized: false };
  const { checkServerIdentity } = await import('node:tls');
  return {
    ca: await trustedCas(extraCa),
    rejectUnauthorized: true,
    // The name is that of the credentials, whatever the driver tells TLS about the server's address.
    checkServerIdentity: (_host, certificate) => checkServerIdentity(credentials.host, certificate),
  };
}
