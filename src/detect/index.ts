/** Reads the host and says what is there. Changes nothing. */
import { accessSync, constants } from 'node:fs';
import { userInfo } from 'node:os';
import { createFiles } from '../host/files/index.ts';
import type { Files, Host } from '../host/port.ts';
import { machineTools } from '../host/tools.ts';
import { LAYOUTS, layoutOf } from '../layouts/index.ts';
import type { Vault } from '../model/credentials.ts';
import type { DatabaseFact, Facts, FileFact, KeptFact } from '../model/facts.ts';
import type { ComponentId, Release } from '../model/layout.ts';
import { isBelow, nameOf } from '../model/paths.ts';
import type { DetectContext } from './context.ts';
import { type FoundCredentials, findCredentials } from './credentials.ts';
import { findDatabases } from './databases.ts';
import { findDirectories } from './directories.ts';
import { findFiles } from './files.ts';
import { findKept, findOthers } from './kept.ts';
import { findLayout, type InstalledPackage } from './layout.ts';
import { findLines } from './lines.ts';
import { noteOutsideTmp } from './outside-tmp.ts';
import { findPki } from './pki.ts';
import { findRecords, summarize } from './records.ts';
import { findServices } from './services.ts';
import { sharedDatabases } from './shared.ts';
import { findSpace } from './space.ts';
import { findTlsConfig, findWebServer } from './web-server.ts';

export interface DetectOptions {
  root: string;
  vault: Vault;
  timeoutMs: number;
  /** Real path under which the backup goes. */
  backupBase: string;
  judgeKeys: boolean;
  /** The release an earlier look at the same host found: by now its marker and packages may be gone. */
  release?: Release | null;
  /** Components whose database the caller asks itself. */
  asked?: readonly ComponentId[];
}

/**
 * Components that are set up here: by the marker's word, else by the files that show them (or by copies of these, which a killed setup leaves). A file that merely names a
 * database of another host shows nothing: an engine whose Data Warehouse runs elsewhere has its credentials too.
 */
async function findComponents(
  context: DetectContext,
  values: Record<string, unknown> | null,
  files: readonly FileFact[],
  { switchedOff, answered }: Pick<FoundCredentials, 'switchedOff' | 'answered'>,
): Promise<{ components: ComponentId[]; said: ComponentId[] }> {
  const components: ComponentId[] = [];
  const saidSo: ComponentId[] = [];
  for (const { id, enabledBy, shownBy } of context.layout.components) {
    if (switchedOff.has(id)) continue;
    const said = values === null ? [] : enabledBy.filter((key) => key in values);
    if (said.length > 0) {
      if (said.some((key) => values?.[key] === true)) {
        components.push(id);
        saidSo.push(id);
      }
      continue;
    }
    // A marker that does not speak of a component is no invitation to find it in keys that were left behind: a Data Warehouse's host has them too.
    const evidence = values === null ? shownBy : shownBy.filter((path) => !isBelow(path, context.layout.pki.dir));
    const shown = await Promise.all(evidence.map((path) => context.host.files.stat(path)));
    const inCopies = files.some(({ copyOf }) => copyOf !== undefined && shownBy.includes(copyOf));
    // A setup that was rolled back leaves hardly more than its answers.
    const told = values === null && answered.get(id) === true;
    if (shown.some((stat) => stat !== null) || inCopies || told) components.push(id);
    if (told) saidSo.push(id);
  }
  return { components, said: saidSo };
}

function mayWrite(root: string, uid: number): boolean {
  if (uid === 0 || root === '/') return uid === 0;
  try {
    accessSync(root, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** An empty database that only an old answer file names, or one of a default name that is none of ours, is no sign that setup ran here. */
function isTraceOfSetup({ candidates, content, admin }: DatabaseFact): boolean {
  if (candidates.some(({ origin }) => origin !== 'answer-file')) return true;
  return (content?.ownedObjects ?? 0) > 0 || admin.database?.recognised === true;
}

/** Removing the package deletes the PKI tree and leaves setup's other files; a package younger than these, beside an empty tree, was installed again. */
function packageState(
  installed: InstalledPackage | null | 'unknown',
  setupTraces: readonly FileFact[],
  pkiEmptied: boolean,
): Facts['package'] {
  if (installed === 'unknown') return 'unknown';
  if (installed === null) return 'removed';
  const lastSetup = Math.max(0, ...setupTraces.map(({ identity }) => identity.mtimeMs));
  return pkiEmptied && lastSetup > 0 && installed.installedAt > lastSetup ? 'reinstalled' : 'installed';
}

/** The CAs that databases are verified with beside the system's: the engine's own. */
async function engineCa(context: DetectContext): Promise<string[]> {
  const pem = await context.host.files.readText(context.layout.pki.ca).catch(() => null);
  return pem === null ? [] : [pem];
}

function attachCredentialOwners(files: FileFact[], found: FoundCredentials): void {
  for (const [component, list] of found.byComponent) {
    for (const { source } of list) {
      const file = files.find(({ path }) => path === source);
      if (file && !file.credentialsOf?.includes(component))
        file.credentialsOf = [...(file.credentialsOf ?? []), component];
    }
  }
}

/** Reads everything. */
export async function detect(host: Host, options: DetectOptions): Promise<Facts> {
  const { root, vault } = options;
  const uid = process.getuid?.() ?? 0;
  const notes: Facts['notes'] = [];
  const faults: Facts['faults'] = [];
  const base: Omit<DetectContext, 'layout'> = {
    host,
    vault,
    root,
    timeoutMs: options.timeoutMs,
    uid,
    judgeKeys: options.judgeKeys,
    note: (code, message) => {
      if (!notes.some((note) => note.message === message)) notes.push({ code, message: vault.redact(message) });
    },
    fault: (fault) => {
      if (!faults.some(({ message }) => message === fault.message))
        faults.push({ ...fault, message: vault.redact(fault.message) });
    },
  };
  // Begun here, waited for at the end: these programs are asked while files are read.
  const tools = machineTools();
  const { layout, marker, installed, setupVersion, told } = await findLayout(base, layoutOf(options.release ?? null));
  const context: DetectContext = { ...base, layout };

  const foundRecords = await findRecords(context);
  const found = await findFiles(context, foundRecords.merged, marker);
  const files = [
    ...found.files,
    ...recordFiles(await Promise.all(foundRecords.paths.map((path) => host.files.stat(path))), foundRecords.paths),
  ];
  const copies = files.filter(({ copyOf }) => copyOf !== undefined);
  const credentials = await findCredentials(context, copies);
  files.push(...credentials.pgpass);
  attachCredentialOwners(files, credentials);
  const { components, said } = await findComponents(context, marker?.values ?? null, files, credentials);
  const [databases, lines, services, pki, kept] = await Promise.all([
    findDatabases(context, { components, said }, credentials, await engineCa(context), options.asked ?? []),
    findLines(context, foundRecords.merged),
    findServices(context, components),
    findPki(context),
    findKept(context),
  ]);

  const anything =
    files.length > 0 || lines.length > 0 || foundRecords.paths.length > 0 || databases.some(isTraceOfSetup);
  const release = told.release ?? (anything ? layout.releases.at(-1)! : null);
  if (anything && told.release !== null && layoutOf(told.release) === null) {
    faults.push({
      check: 'layout',
      message: `This is an installation of oVirt ${told.release} (${told.why}), which this version does not know. Nothing was changed.`,
      hint: `Known are ${LAYOUTS.flatMap(({ releases }) => releases).join(', ')}. Use a version of engine-cleanup that knows ${told.release}.`,
      forcible: false,
    });
  }
  if (anything && told.unknown !== null) {
    faults.push({
      check: 'layout',
      message: `The release cannot be told: "${told.unknown}" (${told.why}) is no oVirt release this version knows. Nothing was changed.`,
      hint: 'Correct OVESETUP_CORE/generatedByVersion in the post-install marker, or use a newer engine-cleanup.',
      forcible: false,
    });
  }
  if (anything && told.release === null && told.unknown === null) {
    notes.push({
      code: 'release',
      message: `Neither marker nor package says which release this is: it is taken for ${release}, whose traces were found.`,
    });
  }
  if (root !== '/') {
    const live = createFiles('/');
    await addSharedFaults(context, live, databases, faults);
    await noteOutsideTmp(context, live, credentials);
  }
  const servicePids = services.flatMap(({ pids }) => pids);
  return {
    root,
    readAt: new Date().toISOString(),
    caller: { uid, user: callerName(), mayWrite: mayWrite(root, uid) },
    release,
    releaseWhy: told.why,
    setup: marker !== null ? 'complete' : anything ? 'failed' : 'none',
    package: packageState(
      installed,
      files.filter(({ phase }) => phase === 'records' || phase === 'marker' || phase === 'credentials'),
      pki.present.length === 0,
    ),
    packageVersion: installed === null || installed === 'unknown' ? null : installed.version,
    setupPackageVersion: setupVersion,
    components: anything ? components : [],
    marker,
    records: await summarize(context, foundRecords),
    files,
    lines,
    services: anything ? services : [],
    strays: anything && root !== '/' ? await host.services.strays(servicePids) : [],
    databases,
    dwhUuid: credentials.dwhUuid,
    pki,
    // Where setup recorded what the layout knows, the layout says better why it stays.
    kept: uniquePaths([...kept, ...found.kept, ...(anything ? await findOthers(context, files) : [])]),
    directories: await findDirectories(context),
    tools: await tools,
    space: findSpace(files, lines, options.backupBase, uid),
    sslConf: await findTlsConfig(context),
    webServer: await findWebServer(context, lines),
    notes,
    faults,
  };
}

/** The first of each path: what the layout says of a place goes before what a record says. */
function uniquePaths(kept: readonly KeptFact[]): KeptFact[] {
  return kept.filter(({ path }, index) => kept.findIndex((one) => one.path === path) === index);
}

function callerName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? '');
  }
}

function recordFiles(stats: Awaited<ReturnType<Host['files']['stat']>>[], paths: readonly string[]): FileFact[] {
  return paths.flatMap((path, index) => {
    const stat = stats[index];
    if (!stat) return [];
    const { identity, mode, uid, gid } = stat;
    const why = `uninstall record of setup (${nameOf(path).slice(0, 14)})`;
    return [
      {
        path,
        identity,
        mode,
        uid,
        gid,
        phase: 'records' as const,
        why,
        component: 'engine' as const,
        keep: 'database' as const,
        recorded: false,
        changed: false,
        reset: false,
      },
    ];
  });
}

async function addSharedFaults(
  context: DetectContext,
  live: Files,
  databases: readonly DatabaseFact[],
  faults: Facts['faults'],
): Promise<void> {
  for (const { title, credentials } of await sharedDatabases(live, context.layout, databases)) {
    faults.push({
      check: 'shared-database',
      message: `The ${title} "${credentials?.database}" on ${credentials?.host}:${credentials?.port} is also the one of the installation this machine runs: the root may be a snapshot that shares its live database. Nothing was changed.`,
      hint: 'Work on the machine itself, without --root. With --force shared-database the run goes on.',
      forcible: true,
    });
  }
}
