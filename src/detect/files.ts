/** Which files are setup's or the engine's, and why we believe it. Only reads. */
import { anchorOf, rulesOf } from '../layouts/index.ts';
import { isNeverOurs } from '../layouts/never.ts';
import { HostError, messageOf } from '../model/errors.ts';
import type { FileFact, KeptFact, MarkerFacts } from '../model/facts.ts';
import type { ComponentId, FileRule, Phase } from '../model/layout.ts';
import { isPlainPath, nameOf, parentOf } from '../model/paths.ts';
import { isPattern, matches } from '../model/patterns.ts';
import type { DetectContext } from './context.ts';
import { namesIn, pathsOf } from './look.ts';
import { withoutPristine } from './pristine.ts';
import { baseOfCopy, isPutAside } from './read/copies.ts';
import type { MergedRecord, RecordedFile } from './read/record.ts';

interface Candidate {
  path: string;
  component: ComponentId;
  rule: FileRule;
  copyOf?: string;
}

export interface FoundFiles {
  files: FileFact[];
  kept: KeptFact[];
  /** Package state could be asked. */
  packagesKnown: boolean;
}

/** A path that only a record names: removed if it still is what setup wrote, or lies where setup's own files lie. */
function ruleForRecorded(context: DetectContext, path: string): FileRule {
  const phase: Phase = path.startsWith(`${context.layout.pki.dir}/`) ? 'keystores' : 'drop-ins';
  const keep = phase === 'keystores' ? { keep: 'pki' as const } : {};
  return { path, phase, why: 'named by the uninstall record', ...keep };
}

async function knownPaths(
  context: DetectContext,
  recorded: ReadonlyMap<string, RecordedFile>,
): Promise<Map<string, Candidate>> {
  const found = new Map<string, Candidate>();
  const add = (candidate: Candidate): void => {
    if (!found.has(candidate.path)) found.set(candidate.path, candidate);
  };
  for (const { component, rule } of rulesOf(context.layout)) {
    for (const path of await pathsOf(context, rule.path)) {
      const isCopy = path !== rule.path && isCopyName(path);
      if (!isCopy && rule.named?.test(nameOf(path)) !== false) add({ path, component, rule });
    }
  }
  // Before the recorded ones: the record names the marker too, and would have it removed with the drop-ins.
  const { main, marker } = context.layout;
  if (marker !== null) {
    const why = 'post-install marker written by setup';
    add({ path: marker, component: main, rule: { path: marker, phase: 'marker', why, keep: 'database' } });
  }
  for (const path of recorded.keys()) add({ path, component: main, rule: ruleForRecorded(context, path) });
  return found;
}

function isCopyName(path: string): boolean {
  return baseOfCopy(nameOf(path)) !== null;
}

/** Beside files that setup only edits nothing is ours but what a killed setup or a killed run left while it wrote them anew. */
function sharedRule(path: string): FileRule {
  return { path, phase: 'state', why: 'shared file that setup edits' };
}

/** Copies that setup's file transactions and enrol scripts leave beside a file: `NAME.<timestamp>` and, when killed, `NAME.<random>.tmp`. */
async function copiesOf(context: DetectContext, known: ReadonlyMap<string, Candidate>): Promise<Candidate[]> {
  const { main, records } = context.layout;
  const rules = [...rulesOf(context.layout)];
  const edited = context.layout.components.flatMap(({ id: component, lines = [], database }) =>
    [...lines, ...(database?.passwordFiles ?? [])].map(({ path }) => ({ component, rule: sharedRule(path) })),
  );
  // What is kept was written by setup in the same way.
  const kept = context.layout.kept.filter(({ path }) => !isPattern(path));
  const shared = [...edited, ...kept.map(({ path }) => ({ component: main, rule: sharedRule(path) }))];
  const dirs = new Set(
    [
      ...(records === null ? [] : [`${records}/`]),
      ...known.keys(),
      ...[...rules, ...shared].map(({ rule }) => rule.path),
    ]
      .map(parentOf)
      .filter((dir) => !isPattern(dir)),
  );
  const copies: Candidate[] = [];
  for (const dir of dirs) {
    for (const name of await namesIn(context, dir)) {
      const baseName = baseOfCopy(name);
      if (baseName === null) continue;
      const base = `${dir}/${baseName}`;
      const owner =
        known.get(base) ??
        rules.find(({ rule }) => matches(rule.path, base)) ??
        (name.endsWith('.tmp') && dir === records ? { component: main, rule: sharedRule(base) } : undefined) ??
        (name.endsWith('.tmp') ? shared.find(({ rule }) => matches(rule.path, base)) : undefined);
      const path = `${dir}/${name}`;
      if (!owner || known.has(path) || !hasCopies(owner.rule, path)) continue;
      copies.push({ path, component: owner.component, rule: owner.rule, copyOf: base });
    }
  }
  return copies;
}

/** What a package put aside is no longer its own: it is setup's where setup had written a password into it. */
function hasCopies({ noCopies, packaged, keep, credentialsOf }: FileRule, path: string): boolean {
  if (noCopies || keep === 'always') return false;
  return packaged !== 'package' || (isPutAside(path) && credentialsOf !== undefined);
}

function phaseOf({ rule, copyOf }: Candidate): Phase {
  if (copyOf === undefined) return rule.phase;
  if (rule.phase === 'ca') return 'keystores';
  if (rule.phase === 'marker' || rule.phase === 'credentials') return 'credential-copies';
  return rule.phase === 'drop-ins' ? 'state' : rule.phase;
}

function describe({ rule, copyOf, path }: Candidate): string {
  if (copyOf === undefined) return rule.why;
  if (isPutAside(path)) return `${copyOf} as setup had filled it, put aside by the removal of its package`;
  return path.endsWith('.tmp') ? `left by a killed setup beside ${copyOf}` : `older copy of ${copyOf}`;
}

/** True if the file's bytes are what its record says; null if the record names no hash. */
async function isUnchanged(context: DetectContext, file: RecordedFile): Promise<boolean | null> {
  if (!file.hash) return null;
  const digest = await context.host.files.digest(file.path, file.hash.algorithm);
  return digest === null ? null : digest === file.hash.hex;
}

/** Finds every file; what is not ours but worth naming goes to `kept`. */
export async function findFiles(
  context: DetectContext,
  records: MergedRecord,
  marker: MarkerFacts | null,
): Promise<FoundFiles> {
  const { host, layout } = context;
  const recorded = new Map<string, RecordedFile>();
  const kept: KeptFact[] = [];
  for (const file of records.files.values()) {
    if (!isPlainPath(file.path)) {
      context.note('record-path', `An uninstall record names "${file.path}", which is no plain path: it is ignored.`);
    } else if (isNeverOurs(file.path)) {
      kept.push({ path: file.path, why: 'recorded, but a file of the system or its users' });
    } else if (file.groups.some((group) => layout.keptGroups.includes(group))) {
      kept.push({ path: file.path, why: 'recorded by setup as something a cleanup leaves' });
    } else if (!file.unremovable) {
      recorded.set(file.path, file);
    }
  }
  const known = await knownPaths(context, recorded);
  const candidates = [...known.values(), ...(await copiesOf(context, known))];
  const files: FileFact[] = [];
  for (const candidate of candidates) {
    const fact = await examine(context, candidate, recorded.get(candidate.path), marker);
    if (fact === null) continue;
    if ('kept' in fact) kept.push(fact.kept);
    else files.push(fact);
  }
  const owners = await host.packages.owners(files.map(({ path }) => path));
  const owned = files.filter(({ path }) => owners?.has(path));
  for (const { path, reset, recorded: isRecorded } of owned) {
    if (!reset && isRecorded) kept.push({ path, why: `belongs to package ${owners?.get(path)}` });
  }
  for (const file of files) if (owners !== null && !owners.has(file.path)) file.reset = false;
  const remaining = files.filter(({ path, reset }) => !owners?.has(path) || reset);
  return { files: await withoutPristine(context, remaining, owners !== null), kept, packagesKnown: owners !== null };
}

/** What cannot be looked at may be there. */
async function leadsNowhere({ host }: DetectContext, path: string, target: string): Promise<boolean> {
  const place = target.startsWith('/') ? target : `${parentOf(path)}/${target}`;
  if (!isPlainPath(place)) return false;
  return host.files.stat(place).then(
    (stat) => stat === null,
    () => false,
  );
}

async function examine(
  context: DetectContext,
  candidate: Candidate,
  recorded: RecordedFile | undefined,
  marker: MarkerFacts | null,
): Promise<FileFact | { kept: KeptFact } | null> {
  const { path, component, rule, copyOf } = candidate;
  const { files } = context.host;
  if ((rule.packaged === 'package' && copyOf === undefined) || rule.keep === 'always') return null;
  let stat: Awaited<ReturnType<typeof files.stat>>;
  try {
    stat = await files.stat(path);
    if (stat === null) return null;
    const isSaid = rule.when === undefined || marker?.values[rule.when] === true;
    if (!isSaid && !(rule.madeEmpty && stat.identity.type === 'file' && stat.identity.size === 0)) return null;
    if (await files.onOtherMount(path, anchorOf(context.layout, path))) {
      return { kept: { path, why: 'lies on another mount than the directory above it' } };
    }
    const isMarked = copyOf === undefined || isPutAside(path);
    if (rule.marker && isMarked && !rule.marker.test((await files.readText(path)) ?? '')) return null;
  } catch (error) {
    if (error instanceof HostError && error.code === 'ELOOP')
      return { kept: { path, why: 'reached through a symbolic link' } };
    context.fault({
      check: 'unreadable',
      message: messageOf(error),
      hint: error instanceof HostError ? error.hint : 'See the log.',
      forcible: false,
    });
    return null;
  }
  if (stat.identity.type === 'dir' || stat.identity.type === 'other') {
    return {
      kept: {
        path,
        why: `is a ${stat.identity.type === 'dir' ? 'directory' : 'special file'} where setup makes a file`,
      },
    };
  }
  if (rule.only === 'link' && stat.identity.type !== 'link') return null;
  const unchanged = recorded ? await isUnchanged(context, recorded) : null;
  const isOwnRule = rule.why !== 'named by the uninstall record';
  const isInProduct = context.layout.anchors.some((anchor) => path.startsWith(`${anchor}/`));
  if (unchanged !== true && !isOwnRule && !isInProduct) {
    const why = unchanged === null ? 'recorded without a hash' : 'recorded by setup, but no longer what setup wrote';
    return { kept: { path, why: `${why}, in a directory that is not setup's` } };
  }
  const linkTarget = stat.identity.type === 'link' ? ((await files.readLink(path)) ?? '') : undefined;
  const dangling = rule.stopsDangling && linkTarget !== undefined && (await leadsNowhere(context, path, linkTarget));
  return {
    path,
    identity: stat.identity,
    mode: stat.mode,
    uid: stat.uid,
    gid: stat.gid,
    ...(linkTarget === undefined ? {} : { linkTarget }),
    ...(dangling ? { dangling } : {}),
    phase: stat.identity.type === 'link' && rule.phase === 'drop-ins' ? 'links' : phaseOf(candidate),
    why: describe(candidate),
    component,
    ...(rule.keep ? { keep: rule.keep } : {}),
    recorded: recorded !== undefined,
    changed: unchanged === false,
    reset: rule.packaged === 'reset' && copyOf === undefined,
    ...(rule.packaged === 'reset' && rule.pristine !== undefined ? { pristine: rule.pristine } : {}),
    ...(copyOf === undefined ? {} : { copyOf }),
    ...(rule.credentialsOf ? { credentialsOf: [rule.credentialsOf] } : {}),
  };
}
