/**
 * The engine's PKI. What decides is `ca.pem`: where it is there, only missing keystores are enrolled, with whatever of the CA is there too; where it is not, everything
 * is made anew. The QEMU CA is decided by `qemu-ca.pem` alone.
 */
import { UnansweredQuestion } from '../base/abort.ts';
import { within } from '../base/versions.ts';
import { makeAuthority } from '../pki/sign.ts';
import type { PkiTree, Subject } from '../pki/tree.ts';
import { makeConsole } from './console.ts';
import {
  configureCa,
  type EntityKind,
  enrolMissing,
  Keys,
  keepCopy,
  type Registered,
  trust,
  writeTemplates,
} from './pki-parts.ts';
import { dueForRenewal, renewalAnswer } from './renewal.ts';
import type { OtopiRun } from './run.ts';

const HALF_SIGNS = ['keys/engine_id_rsa', 'keys/engine.p12', '.truststore'] as const;
const QUESTION = 'OVESETUP_PKI_VERIFY_MISSING_CA_PEM';

/** Unattended, setup stops here: the default is No. */
export function checkHalfPki(run: OtopiRun): void {
  const { tree, answers } = run.context;
  if (!run.traits.halfPkiQuestion || tree.has('ca.pem') || !HALF_SIGNS.some((name) => tree.has(name))) return;
  if (answers.yes({ question: QUESTION }) === true) return;
  throw new UnansweredQuestion(
    QUESTION,
    `Found PKI files, but ${tree.path('ca.pem')} is missing. Overwrite them? [No]`,
  );
}

/** Certificates of a PKI that is there and that are due: unattended, setup stops at the question, which has no default. */
export function checkRenewal(run: OtopiRun): void {
  if (!run.context.tree.has('ca.pem') || renewalAnswer(run) !== undefined) return;
  const due = dueForRenewal(run, entitiesOf(run.version)).map(({ name }) => name);
  if (due.length > 0)
    throw new UnansweredQuestion('OVESETUP_RENEW_PKI', `Certificates should be renewed: ${due.join(', ')}. Renew?`);
}

/** Organisation of a new CA: by answer, else the domain. */
function organizationOf(run: OtopiRun): string {
  const said = run.context.answers.text({ key: 'OVESETUP_PKI/organization', question: 'OVESETUP_PKI_ORG' });
  return said ?? (run.fqdn.includes('.') ? run.fqdn.slice(run.fqdn.indexOf('.') + 1) : 'Test');
}

export function entitiesOf(version: string): EntityKind[] {
  const group = 'ca_pki';
  return [
    { name: 'engine', owner: 'ovirt', extract: false, group },
    { name: 'jboss', owner: 'ovirt', extract: false, group },
    { name: 'websocket-proxy', owner: 'ovirt', extract: true, group, short: true },
    { name: 'apache', owner: 'root', extract: true, group, short: true },
    ...(within(version, '3.5') ? [{ name: 'reports', owner: 'root', extract: true, group } as const] : []),
  ];
}

/** What the program that makes the engine's CA takes away first; each stays as `NAME.<timestamp>`. */
function clean(tree: PkiTree): void {
  const all = (dir: string, endings: RegExp): string[] =>
    tree.host
      .list(tree.path(dir))
      .filter((name) => endings.test(name))
      .map((name) => `${dir}/${name}`);
  const books = [
    'serial.txt',
    'serial.txt.old',
    'database.txt',
    'database.txt.old',
    'database.txt.attr',
    'database.txt.attr.old',
  ];
  const old = [
    ...books,
    'private/ca.pem',
    'ca.pem',
    ...all('certs', /\.(?:cer|pem)$/),
    ...all('keys', /\.(?:p12|nopass)$/),
    'keys/engine_id_rsa',
    ...all('requests', /\.(?:req|csr)$/),
  ];
  for (const name of old.filter((one) => tree.has(one))) {
    keepCopy(tree, name);
    tree.host.remove(tree.path(name));
  }
}

function register(run: OtopiRun, names: readonly string[], registered: Registered): void {
  registered.ca.push(...names);
  for (const name of names) run.record.addFile(run.context.tree.path(name), 'ca_pki');
}

function makePrimaryCa(run: OtopiRun, subject: Subject, registered: Registered): void {
  const { tree, stages } = run.context;
  writeTemplates(run, '', registered);
  clean(tree);
  configureCa(tree, '');
  tree.write('serial.txt', '1000\n');
  tree.write('database.txt', '');
  tree.write('.rnd', Buffer.alloc(1024, 'random state '), { mode: 0o600 });
  makeAuthority(tree, { name: 'ca', prefix: '', commonName: run.fqdn.slice(0, 55) }, subject);
  register(run, ['ca.pem', 'private/ca.pem'], registered);
  stages.reached('pki-half');
  trust(run, 'ca', registered);
  if (tree.has('apache-ca.pem')) return; // a stale one is kept
  tree.host.symlink(tree.path('ca.pem'), tree.path('apache-ca.pem'));
  run.record.addFile(tree.path('apache-ca.pem'), 'ca_pki');
}

function makeQemuCa(run: OtopiRun, subject: Subject, registered: Registered): void {
  const { tree } = run.context;
  writeTemplates(run, 'qemu-', registered);
  configureCa(tree, 'qemu-');
  makeAuthority(tree, { name: 'qemu-ca', prefix: 'qemu-', commonName: run.fqdn.slice(0, 55) }, subject);
  register(run, ['qemu-ca.pem', 'private/qemu-ca.pem'], registered);
  trust(run, 'qemu-ca', registered);
}

/** Certificates that are due are issued again; the engine keeps its key, with which secrets are encrypted. */
function renew(run: OtopiRun, subject: Subject, keys: Keys, registered: Registered): void {
  const { tree } = run.context;
  if (renewalAnswer(run) !== true) return;
  for (const kind of dueForRenewal(run, entitiesOf(run.version))) {
    const kept = kind.name === 'engine' ? tree.store('keys/engine.p12')?.key : undefined;
    keepCopy(tree, `keys/${kind.name}.p12`);
    tree.host.remove(tree.path(`keys/${kind.name}.p12`));
    enrolMissing(run, kind, subject, keys, registered, kept);
  }
}

/** The ssh key is the engine's own, taken out of its keystore; in the transaction of files, unlike the rest. */
function writeSshKey(run: OtopiRun): void {
  const { tree } = run.context;
  if (tree.has('keys/engine_id_rsa')) return;
  const owner = within(run.version, '4.2') ? 'ovirt' : 'root';
  tree.write('keys/engine_id_rsa', tree.store('keys/engine.p12')!.key, { mode: 0o600, owner });
  run.record.addFile(tree.path('keys/engine_id_rsa'), 'core');
  run.transaction.onAbort(() => tree.host.remove(tree.path('keys/engine_id_rsa')));
}

/** A roll-back takes away what was registered; since 3.5.3 that is not everything. */
function onAbort(run: OtopiRun, registered: Registered): void {
  run.transaction.onAbort(() => {
    const enrolled = within(run.version, '4.4') ? [] : registered.enrolled;
    for (const name of [...registered.ca, ...enrolled]) run.context.host.remove(run.context.tree.path(name));
  });
}

export function makePki(run: OtopiRun): void {
  const { tree } = run.context;
  for (const dir of [
    'certs',
    'private',
    'requests',
    'keys',
    ...(run.traits.qemuCa ? ['certs-qemu', 'requests-qemu'] : []),
  ])
    tree.host.mkdir(tree.path(dir), { owner: dir === 'keys' ? 'root' : 'ovirt' });
  const registered: Registered = { ca: [], enrolled: [] };
  onAbort(run, registered);
  const subject: Subject = { country: 'US', organization: organizationOf(run) };
  if (!tree.has('ca.pem')) {
    makePrimaryCa(run, subject, registered);
    run.organization = subject.organization;
  }
  const keys = new Keys(tree);
  renew(run, subject, keys, registered);
  for (const kind of entitiesOf(run.version)) enrolMissing(run, kind, subject, keys, registered);
  if (run.traits.qemuCa && !tree.has('qemu-ca.pem')) makeQemuCa(run, subject, registered);
  if (run.traits.vmconsole && run.components.has('vmconsole-proxy')) makeConsole(run, subject, keys, registered);
  writeSshKey(run);
}
