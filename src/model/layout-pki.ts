/** What a layout says of the CA, the keys and the certificates. */
import type { ComponentId } from './layout.ts';

export interface PkiLayout {
  /** `/etc/pki/ovirt-engine` */
  dir: string;
  ca: string;
  caKey: string;
  /** The file by which setup takes the CA for made, so that it makes nothing of the PKI again but what `whole` leaves out. */
  madeWith: string;
  engineStore: string;
  /** `jks`: Java's own kind of old, 3.0 and 3.1. */
  engineStoreKind: 'pkcs12' | 'jks';
  storePassword: string;
  /** Present without `ca`: setup asks, and an unattended setup aborts. */
  halfSigns: readonly string[];
  /**
   * What setup makes together with the CA and at no other time, beside CA and key: without it, enrolment fails or the engine trusts nobody, and setup does not ask. Not in it is what
   * each setup makes again: keystores, the keys extracted from them, the ssh key.
   */
  whole: readonly string[];
  /** What of an old PKI spoils a new one: host path or pattern, the check of `verify`, and what happens, as a sentence. */
  spoils: readonly { check: string; path: string; effect: string }[];
  /** Certificate and key that go together: one without the other is silently never made again. */
  pairs: readonly (readonly [string, string])[];
  /** Certificates that setup renews beside the CAs in `pairs`, with the keystore that must be there. */
  certificates: readonly PkiCertificate[];
  /** When it does, the newest rule first; none where no setup of the release stops for it. */
  renewal: readonly RenewalRule[];
  /** Key of setup's environment that says whether it shall. */
  renewalKey: string;
  /** Where package removal copies the tree. */
  copies: string;
  /** Name of the tree in a copy: `<copies>/<copyName>-<timestamp>/<copyName>`. */
  copyName: string;
  /** The web server's CA, a link to `ca` unless an administrator put another there; null in releases that have none. */
  webCa: string | null;
  /** Setup asks about a half PKI, and an unattended setup aborts (4.4 and newer); older ones clear what is left and make it anew. */
  halfQuestion: boolean;
}

export interface PkiCertificate {
  /** Host path; in the keystore is the same one. */
  path: string;
  store: string;
  /** For the web: it lives for little more than a year. */
  shortLived?: true;
  /** Renewed only where this CA issued it: an administrator may have put another one in its place. */
  replaceable?: true;
  /** Only where this component is set up here. */
  component?: ComponentId;
}

/** When a certificate is due for renewal. Setup then asks, and stops unless it is told yes. */
export interface RenewalRule {
  /** First version of setup that does it like this. */
  since: string;
  /** Days left of a CA or long-lived certificate; the database may say another number. */
  days: number;
  /** Days left of a short-lived one. */
  shortDays: number;
  /** Whether the option of the database counts. */
  asksDatabase: boolean;
  /** Days that a certificate may be valid in all; null: any number. CAs are exempt. */
  longestDays: number | null;
}
