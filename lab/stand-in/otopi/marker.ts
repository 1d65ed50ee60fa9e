/** The post-install marker and the answers: what a later run reads. */
import { type Value, writtenValue } from '../base/answers.ts';
import { timestamp } from '../base/names.ts';
import { within } from '../base/versions.ts';
import { MARKER, type OtopiRun } from './run.ts';
import { APACHE_CONFIGURED, usesFirewalld } from './shared-files.ts';
import { OVN_ID } from './upgrade-checks.ts';

const ANSWERS = '/var/lib/ovirt-engine/setup/answers';

/** Keys of the marker, each with the first release that has it and the first that has it no more. */
function markerValues(run: OtopiRun): (readonly [first: string, end: string | null, key: string, value: Value])[] {
  const { answers } = run.context;
  const has = (component: Parameters<typeof run.components.has>[0]): boolean => run.components.has(component);
  const engine = run.engineEnabled;
  const organization = engine
    ? (run.organization ?? run.context.tree.certificate('ca.pem')?.subject.match(/^O=(.*)$/m)?.[1] ?? null)
    : null;
  return [
    ['3.3', null, 'OVESETUP_CORE/generatedByVersion', run.version],
    ['3.3', null, 'OVESETUP_CONFIG/fqdn', run.fqdn],
    ['3.3', null, 'OVESETUP_CONFIG/firewallManager', usesFirewalld(run) ? 'firewalld' : null],
    ['3.3', '4.5', 'OVESETUP_CONFIG/isoDomainName', has('iso') ? 'ISO_DOMAIN' : null],
    ['3.4', null, APACHE_CONFIGURED, engine],
    ['3.5', null, 'OVESETUP_ENGINE_CORE/enable', engine],
    ['3.5', null, 'OVESETUP_ENGINE_CONFIG/fqdn', engine ? run.fqdn : null],
    ['3.6', null, 'OVESETUP_PKI/country', engine ? 'US' : null],
    ['3.6', null, 'OVESETUP_PKI/organization', organization],
    ['3.6', null, 'OVESETUP_CONFIG/adminUser', engine ? 'admin@internal' : null],
    ['3.6', null, 'OVESETUP_CONFIG/adminUserAuthzType', 'ovirt-engine-extension-aaa-jdbc'],
    ['3.6', null, 'OVESETUP_CONFIG/adminUserAuthzName', 'internal-authz'],
    ['3.6', null, 'OVESETUP_CONFIG/adminUserNamespace', '*'],
    ['3.6', null, 'OVESETUP_CONFIG/adminUserId', run.adminId ?? answers.value('OVESETUP_CONFIG/adminUserId') ?? null],
    ['3.5', null, 'OVESETUP_DWH_CORE/enable', has('dwh')],
    ['3.5', '4.0', 'OVESETUP_REPORTS_CORE/enable', has('reports')],
    ['4.4', null, 'OVESETUP_GRAFANA_CORE/enable', has('grafana')],
    ...(has('grafana') ? [['4.4', null, 'OVESETUP_GRAFANA_CORE/grafanaDbCreatedByUs', true] as const] : []),
    ['4.3', '4.5.7', 'OVESETUP_CL_DB/enable', has('cinderlib')],
    ['4.5.7', null, 'OVESETUP_MB_DB/enable', has('managedblock')],
    ['4.5', null, 'OVESETUP_CONFIG/keycloakEnable', has('keycloak')],
    ...(has('keycloak') ? [['4.5', null, 'OVESETUP_CONFIG/keycloakOvirtClientSecret', run.ssoSecret] as const] : []),
    ['4.2', null, 'OVESETUP_OVN/ovirtProviderOvn', has('ovn-provider')],
    ...(answers.value(OVN_ID) ? [['4.2', null, OVN_ID, answers.value(OVN_ID) ?? null] as const] : []),
    ['3.6', null, 'OVESETUP_VMCONSOLE_PROXY_CONFIG/vmconsoleProxyConfig', has('vmconsole-proxy')],
    ['3.3', null, 'OVESETUP_CONFIG/websocketProxyConfig', has('websocket-proxy')],
    ['3.5', null, 'OVESETUP_DWH_CONFIG/scale', has('dwh') ? '1' : null],
    ['3.5', null, 'OVESETUP_DWH_CONFIG/remoteEngineConfigured', has('dwh') && !engine],
  ];
}

function environment(rows: readonly (readonly [string, Value])[]): string {
  return `[environment:default]\n${rows.map(([key, value]) => `${key}=${writtenValue(value)}\n`).join('')}`;
}

/** The last file of the transaction. */
export function writeMarker(run: OtopiRun): void {
  const rows = markerValues(run)
    .filter(([first, end]) => within(run.version, first, end))
    .map(([, , key, value]) => [key, value] as const);
  run.write({ path: MARKER, content: environment(rows), record: 'core' });
}

/** Up to 4.2 the environment, with the password in it unless setup made the database itself (3.3: always). */
function environmentAnswers(run: OtopiRun): (readonly [string, Value])[] {
  const state = run.databases.get('engine');
  const credentials = state?.credentials;
  // Not asked where setup's own drop-in names the database.
  const made = state === undefined || state.from === 'drop-in' ? null : state.from === 'provisioned';
  const rows: [string, Value][] = [
    ['OVESETUP_CONFIG/fqdn', run.fqdn],
    ['OVESETUP_PROVISIONING/postgresProvisioningEnabled', made],
  ];
  if (!credentials) return rows;
  rows.push(
    ['OVESETUP_DB/host', credentials.host],
    ['OVESETUP_DB/port', credentials.port],
    ['OVESETUP_DB/user', credentials.role],
    ['OVESETUP_DB/database', credentials.database],
    ['OVESETUP_DB/secured', credentials.secured],
    ['OVESETUP_DB/securedHostValidation', credentials.validated],
  );
  if (!made || !within(run.version, '3.4')) rows.push(['OVESETUP_DB/password', credentials.password]);
  return rows;
}

/** Since 4.3 what was asked and answered: the credentials of a database that setup did not make. */
function questionAnswers(run: OtopiRun): (readonly [string, Value])[] {
  const state = run.databases.get('engine');
  const asked: [string, string][] = [
    ['OVESETUP_ENGINE_ENABLE', run.components.has('engine') ? 'yes' : 'no'],
    ['OVESETUP_NETWORK_FQDN_this', run.fqdn],
  ];
  if (state?.from === 'answers' && state.credentials) {
    const { host, port, database, role, password, secured } = state.credentials;
    asked.push(
      ['OVESETUP_PROVISIONING_POSTGRES_LOCATION', host === 'localhost' ? 'Local' : 'Remote'],
      ['OVESETUP_PROVISIONING_POSTGRES_ENABLED', 'Manual'],
      ['OVESETUP_ENGINE_DB_HOST', host],
      ['OVESETUP_ENGINE_DB_PORT', String(port)],
      ['OVESETUP_ENGINE_DB_SECURED', secured ? 'Yes' : 'No'],
      ['OVESETUP_ENGINE_DB_DATABASE', database],
      ['OVESETUP_ENGINE_DB_USER', role],
      ['OVESETUP_ENGINE_DB_PASSWORD', password],
    );
  }
  return asked.map(([name, value]) => [`QUESTION/1/${name}`, value]);
}

/** Written in the last stage, also of a run that failed. */
export function writeAnswers(run: OtopiRun): void {
  const rows = run.traits.answersAsQuestions ? questionAnswers(run) : environmentAnswers(run);
  run.context.host.write(`${ANSWERS}/${timestamp()}-setup.conf`, environment(rows), { mode: 0o600 });
}
