/** Reads the host and says what is there. Changes nothing. */
import type { Host } from '../host/port.ts';
import { machineTools } from '../host/tools.ts';
import { layoutOf, rulesOf } from '../layouts/index.ts';
import type { Vault } from '../model/credentials.ts';
import type { Facts, KeptFact } from '../model/facts.ts';
import type { ComponentId, Layout, Release } from '../model/layout.ts';
import { findCaller } from './caller.ts';
import { findComponents } from './components.ts';
import type { DetectContext } from './context.ts';
import { attachCredentialOwners, findCredentials } from './credentials.ts';
import { findDatabases } from './databases.ts';
import { findDirectories } from './directories.ts';
import { EarlyContacts } from './early.ts';
import { findFiles } from './files.ts';
import { findHollow } from './hollow.ts';
import { findIdentity } from './identity.ts';
import { findKept, findOthers } from './kept.ts';
import { findLayout } from './layout.ts';
import { findLines } from './lines.ts';
import { findOtherHosts } from './other-hosts.ts';
import { findOutsideTmp } from './outside-tmp.ts';
import { findOvn } from './ovn.ts';
import { packageState } from './package-state.ts';
import { engineCa, findPki } from './pki.ts';
import { findRecords, recordFiles, summarize } from './records.ts';
import { judgeRelease } from './release.ts';
import { findServices } from './services.ts';
import { isTraceOfSetup, setupState } from './setup-state.ts';
import { judgeShared } from './shared.ts';
import { findSpace } from './space.ts';
import { findTlsConfig, findWebServer } from './web-server.ts';

export interface DetectOptions {
  root: string;
  vault: Vault;
  timeoutMs: number;
  /** Real path under which the backup goes. */
  backupBase: string;
  judgeKeys: boolean;
  noVerdict?: boolean;
  /** The release an earlier look at the same host found: by now its marker and packages may be gone. */
  release?: Release | null;
  /** That of an unfinished run, where neither marker nor package is left to tell: what that run would have removed too is looked for in its places. */
  continued?: Release | null;
  /** That run did not come to tell the web server, if one runs. */
  owesReload?: boolean;
  /** Components whose database the caller asks itself. */
  asked?: readonly ComponentId[];
}

type Told = Pick<Facts, 'notes' | 'faults'>;

/** What detection works with, before it is known by which layout. Notes and faults are told once each, and without secrets. */
function contextOf(
  host: Host,
  options: DetectOptions,
  uid: number,
  { notes, faults }: Told,
): Omit<DetectContext, 'layout'> {
  const { root, vault, timeoutMs, judgeKeys, noVerdict = false } = options;
  return {
    host,
    vault,
    root,
    timeoutMs,
    uid,
    judgeKeys,
    noVerdict,
    note: (code, message) => {
      if (!notes.some((note) => note.message === message)) notes.push({ code, message: vault.redact(message) });
    },
    fault: (fault) => {
      if (!faults.some(({ message }) => message === fault.message))
        faults.push({ ...fault, message: vault.redact(fault.message) });
    },
  };
}

/** Reads everything. */
export async function detect(host: Host, options: DetectOptions): Promise<Facts> {
  const { root, continued = null, owesReload = false } = options;
  const caller = findCaller(root);
  const told: Told = { notes: [], faults: [] };
  const base = contextOf(host, options, caller.uid, told);
  // Begun here, waited for at the end: these programs are asked while files are read.
  const tools = machineTools();
  const finding = await findLayout(base, layoutOf(options.release ?? null), layoutOf(continued));
  const { layout, marker, installed } = finding;
  const plain: DetectContext = { ...base, layout };
  // Servers answer while files are read.
  const context: DetectContext = { ...plain, early: await EarlyContacts.ask(plain, options.asked ?? []) };

  const records = await findRecords(context);
  const found = await findFiles(context, records.merged, marker);
  const files = [...found.files, ...(await recordFiles(context, records.paths))];
  const copies = files.filter(({ copyOf }) => copyOf !== undefined);
  const credentials = await findCredentials(context, copies);
  files.push(...credentials.pgpass.filter(({ path }) => !files.some((one) => one.path === path)));
  attachCredentialOwners(files, credentials);
  const setUp = await findComponents(context, marker, files, credentials);
  const [databases, lines, services, pki, kept] = await Promise.all([
    findDatabases(context, setUp, credentials, await engineCa(context), options.asked ?? []),
    findLines(context, records.merged),
    findServices(context, setUp.components),
    findPki(context),
    findKept(context, marker),
  ]);

  const directories = await findDirectories(context);
  const anything = files.length > 0 || lines.length > 0 || records.paths.length > 0 || databases.some(isTraceOfSetup);
  const webServer = await findWebServer(context, lines);
  // A directory by itself is no trace of a setup, and there is no database to ask for; but it may be all that an unfinished run left.
  const isLeft = directories.length > 0 || (owesReload && webServer?.active === true);
  const isRest = !anything && finding.told.release === null && continued !== null && isLeft;
  if (anything) judgeRelease(context, { ...finding.told, release: finding.told.release ?? continued }, layout);
  if (root !== '/') await judgeShared(context, host.machine, databases);
  const outside = root === '/' ? [] : await findOutsideTmp(context, databases);
  const servicePids = services.flatMap(({ pids }) => pids);
  return {
    root,
    readAt: new Date().toISOString(),
    caller,
    release: finding.told.release ?? (anything || isRest ? (continued ?? layout.releases.at(-1)!) : null),
    releaseWhy: finding.told.release === null && continued !== null ? 'the unfinished run' : finding.told.why,
    setup: setupState(layout, marker, anything, pki, databases),
    package: packageState(
      installed,
      files,
      pki.present.every((path) => isPackaged(layout, path)),
    ),
    packageVersion: installed === null || installed === 'unknown' ? null : installed.version,
    setupPackageVersion: finding.setupVersion,
    components: anything ? setUp.components : [],
    marker,
    records: await summarize(context, records),
    files,
    outside,
    lines,
    services: anything ? services : [],
    strays: anything && root !== '/' ? await host.services.strays(servicePids) : [],
    databases: isRest ? [] : databases,
    dwhUuid: await findIdentity(context),
    pki,
    ovn: await findOvn(context, anything ? setUp.components : []),
    otherHosts: await findOtherHosts(context, marker, setUp.components, databases),
    hollow: await findHollow(context),
    // Where setup recorded what the layout knows, the layout says better why it stays.
    kept: uniquePaths([...kept, ...found.kept, ...(anything ? await findOthers(context, files) : [])]),
    directories,
    tools: await tools,
    space: findSpace(files, lines, options.backupBase, caller.uid, root),
    sslConf: await findTlsConfig(context),
    webServer,
    ...told,
  };
}

/** There with the package alone. */
function isPackaged(layout: Layout, path: string): boolean {
  return rulesOf(layout).some(({ rule }) => rule.path === path && rule.packaged !== undefined);
}

/** The first of each path: what the layout says of a place goes before what a record says. */
function uniquePaths(kept: readonly KeptFact[]): KeptFact[] {
  return kept.filter(({ path }, index) => kept.findIndex((one) => one.path === path) === index);
}
