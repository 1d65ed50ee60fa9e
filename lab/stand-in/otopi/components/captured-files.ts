/** Files of components as the captured hosts have them, brought into the form of a transaction. */
import type { HostContext, HostFile } from '../../../../test/fixture/host-file.ts';
import type { Account } from '../../base/accounts.ts';
import type { Credentials } from '../../database/credentials.ts';
import type { OtopiRun } from '../run.ts';

const NONE: Credentials = {
  host: 'localhost',
  port: 5432,
  database: '',
  role: '',
  password: '',
  secured: false,
  validated: false,
};

export function capturedContext(run: OtopiRun, grafanaRole: HostContext['grafanaRole']): HostContext {
  const credentials = (component: 'engine' | 'dwh' | 'keycloak'): Credentials =>
    run.databases.get(component)?.credentials ?? NONE;
  return {
    fqdn: run.fqdn,
    engine: credentials('engine'),
    dwh: credentials('dwh'),
    grafanaRole,
    keycloak: credentials('keycloak'),
  };
}

/** Files that the transaction writes; those that no record names are written at once. */
export function writeCaptured(run: OtopiRun, files: readonly HostFile[]): void {
  for (const { path, content, mode, owner, group, recorded } of files) {
    if (typeof content !== 'string') continue;
    const attributes = {
      mode: mode ?? 0o644,
      owner: account(owner),
      group: account(group ?? owner),
    };
    if (recorded === undefined) run.context.host.write(path, content, attributes);
    else run.write({ path, content, record: recorded, ...attributes });
  }
}

function account(name: string | undefined): Account {
  return name === undefined ? 'root' : name === 'console' ? 'ovirt-vmconsole' : (name as Account);
}
