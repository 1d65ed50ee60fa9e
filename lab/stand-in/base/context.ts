/** What every part of a run works with. */
import { LocalServer } from '../database/local.ts';
import type { SessionOptions } from '../database/session.ts';
import { PkiTree } from '../pki/tree.ts';
import { UsageError } from './abort.ts';
import { Answers } from './answers.ts';
import { Host } from './host.ts';
import type { Options } from './options.ts';
import { type Release, releaseOf } from './releases.ts';
import { Services } from './services.ts';
import { Stages } from './stages.ts';

/** Where the packages say what they are: the whole version, or the release alone. */
const ABOUT = ['/usr/share/ovirt-engine-setup/version', '/usr/share/ovirt-engine-setup/release'] as const;

function installedRelease(host: Host): string {
  const path = ABOUT.find((one) => host.exists(one));
  if (path === undefined) throw new UsageError(`No --release, and no ${ABOUT.join(' or ')}.`);
  return host.read(path);
}

export interface Context {
  options: Options;
  release: Release;
  host: Host;
  answers: Answers;
  services: Services;
  local: LocalServer;
  tree: PkiTree;
  stages: Stages;
  sessions: SessionOptions;
  say: (text: string) => void;
}

export function makeContext(options: Options, say: (text: string) => void): Context {
  const host = new Host(options.root);
  host.mkdir('/tmp');
  return {
    options,
    release: releaseOf(options.release ?? installedRelease(host)),
    host,
    answers: new Answers(),
    services: new Services(host),
    local: new LocalServer({ socketDir: options.pgSocket, port: options.pgPort, configurable: options.root === '/' }),
    tree: new PkiTree(host, options.keyBits),
    stages: new Stages(options.dieAt, options.sigintAt),
    sessions: { tmp: host.real('/tmp'), ca: options.dbCa },
    say,
  };
}

/** What a run ends with: the last line on standard output, as JSON. */
export interface Outcome {
  /** How the engine's database was taken; null where the run did not come so far. */
  taken: 'new' | 'upgrade' | null;
  /** Silent damage on the host afterwards, each as `id: what`. */
  damage: string[];
  /** Why it failed; null for success. */
  failed: string | null;
  /** Question it stopped at. */
  question?: string;
  release?: string;
  /** Names of the databases, by component. */
  databases?: Record<string, string>;
}
