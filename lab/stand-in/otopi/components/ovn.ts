/** The OVN provider, since 4.2: keys, its configuration, and a row among the engine's providers, which setup adds only if it knows of none. */
import { uuid } from '../../base/names.ts';
import { literal } from '../../database/engine-rows.ts';
import { encrypt } from '../../pki/cipher.ts';
import { enrolMissing, Keys } from '../pki-parts.ts';
import type { OtopiRun } from '../run.ts';
import { OVN_ID, OVN_NAME } from '../upgrade-checks.ts';
import type { ComponentSteps } from './component.ts';

const CONF = '/etc/ovirt-provider-ovn/conf.d/10-setup-ovirt-provider-ovn.conf';
const GROUP = 'ovirt-provider-ovn';

function make(run: OtopiRun): void {
  const { tree, answers } = run.context;
  const keys = new Keys(tree);
  const subject = { country: 'US', organization: run.organization ?? 'oVirt' };
  for (const name of ['ovn-ndb', 'ovn-sdb', OVN_NAME])
    enrolMissing(run, { name, owner: 'root', extract: true, group: GROUP }, subject, keys, { ca: [], enrolled: [] });
  if (answers.value(OVN_ID)) return; // it is taken for installed
  const id = uuid();
  const secret = uuid();
  const password = literal(encrypt(tree.store('keys/engine.p12')!.certificate, secret));
  run
    .session(run.credentialsOf('engine'))
    .run(
      `insert into providers values ('${id}', '${OVN_NAME}', 'EXTERNAL_NETWORK', true, 'admin@internal', ${password})`,
    );
  answers.set(OVN_ID, id);
  run.write({
    path: CONF,
    content: `[OVIRT]\novirt-sso-client-secret=${secret}\n[OVN REMOTE]\novn-remote=ssl:127.0.0.1:6641\n`,
    mode: 0o600,
    record: GROUP,
  });
}

export const ovnProvider: ComponentSteps = { services: ['ovn-northd', 'openvswitch', 'ovirt-provider-ovn'], make };
