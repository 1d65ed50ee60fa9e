/** What was found of the CA, the keys and the certificates, and of the copies that package removal makes of them. */
import type { Identity } from './facts.ts';

/** A file or link of a copy of the PKI, and the place it would be put back to; both host paths. */
export interface CopiedFile {
  from: string;
  to: string;
  type: 'file' | 'link';
  /** What is at the place now; null if nothing is. */
  present: Identity | null;
  /** A rule of the layout says that it is setup's; the record may say so too. */
  known: boolean;
}

/** A copy of the PKI that package removal left. */
export interface PkiCopy {
  path: string;
  usable: boolean;
  why: string;
  takenAt: string;
  /** What can be put back from it, without the files of packages. Only of the newest usable one. */
  files?: CopiedFile[];
}

/** A certificate that setup renews when its time has come. */
export interface CertificateFact {
  path: string;
  /** ISO times. */
  notBefore: string;
  notAfter: string;
  /** It names the hosts it is for (subjectAltName). */
  names: boolean;
  authority: boolean;
  shortLived: boolean;
}

export interface PkiFacts {
  dir: string;
  /** Host paths present of the signs of a half PKI, CA and keys. */
  present: string[];
  ca: 'ok' | 'absent' | 'damaged';
  /** It can be kept: it signs, engine.p12 opens and chains to it. */
  usable: boolean;
  /** CA matches its key, and what setup makes only together with it is there: new keystores can be enrolled. */
  signs: boolean;
  usableWhy: string;
  organization: string | null;
  /** PEM text of ca.pem, for servers whose certificate it signed. */
  caPem: string | null;
  /** Those of the CAs and of setup's keystores that are there; none where keys were not looked at. */
  certificates: CertificateFact[];
  /** Copies that package removal left, newest first, with the same judgement. */
  copies: PkiCopy[];
  /** `apache-ca.pem` is a file of the administrator, not the link setup makes. */
  thirdPartyWebCertificate: boolean;
}
