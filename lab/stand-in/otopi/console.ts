/** Keys and certificates of the console proxy, since 3.6. */
import { sshCertificate, sshPublicKey } from '../../../test/fixture/pki-text.ts';
import type { Subject } from '../pki/tree.ts';
import { enrolMissing, type Keys, type Registered } from './pki-parts.ts';
import type { OtopiRun } from './run.ts';

const CONSOLE = '/etc/pki/ovirt-vmconsole';
const GROUP = 'vmconsole_proxy_pki';

/** Two of the three keystores are in no record. */
export function makeConsole(run: OtopiRun, subject: Subject, keys: Keys, registered: Registered): void {
  const { host, tree } = run.context;
  const helper = {
    name: 'vmconsole-proxy-helper',
    owner: 'root',
    extract: true,
    group: 'vmconsole_proxy_helper_pki',
  } as const;
  enrolMissing(run, helper, subject, keys, registered);
  if (host.exists(`${CONSOLE}/ca.pub`) && tree.has('keys/vmconsole-proxy-host.p12')) return;
  const own = (path: string, text: string, mode: number): void => {
    host.write(path, text, { mode, owner: path.startsWith(CONSOLE) ? 'ovirt-vmconsole' : 'root' });
    run.record.addFile(path, GROUP);
    run.transaction.onAbort(() => host.remove(path));
  };
  own(`${CONSOLE}/ca.pub`, sshPublicKey(tree.read('private/ca.pem')), 0o644);
  for (const kind of ['host', 'user']) {
    const name = `vmconsole-proxy-${kind}`;
    enrolMissing(run, { name, owner: 'root', extract: false, group: null }, subject, keys, registered);
    const key = tree.store(`keys/${name}.p12`)!.key;
    const pub = sshPublicKey(key);
    tree.write(`certs/${name}.pub`, pub);
    own(tree.path(`certs/${name}-cert.pub`), sshCertificate(pub, name), 0o644);
    own(`${CONSOLE}/proxy-ssh_${kind}_rsa`, key, 0o600);
    own(`${CONSOLE}/proxy-ssh_${kind}_rsa-cert.pub`, sshCertificate(pub, name), 0o644);
  }
}
