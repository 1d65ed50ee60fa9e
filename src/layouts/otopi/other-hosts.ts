/**
 * What a cleanup leaves to be done on another host. The engine's host knows the others by drop-ins which their setup wrote there (`remote_engine.py` of each component), and they
 * know the engine by the name they were told.
 */
import type { ComponentId, OtherHostRule } from '../../model/layout.ts';
import { CONF, DWH_CONF } from './paths.ts';

const ENGINE_NAME = { path: null, key: 'OVESETUP_ENGINE_CONFIG/fqdn' };
const AGAIN = 'Run "engine-cleanup" there too, and engine-setup after the one here.';

/** The engine goes, with the CA that signed the certificate of a web server elsewhere, and with what is registered there for its single sign-on. */
function signedHere(there: ComponentId, title: string, path: string, key: string): OtherHostRule {
  return {
    here: 'engine',
    there,
    names: [{ path, key }],
    unless: ['database', 'pki'],
    todo: `The certificate of ${title} was issued by the CA of this host, and its users log in over this engine. ${AGAIN}`,
  };
}

/** A part of the installation goes, and the engine elsewhere has a drop-in that names it. */
function namedThere(here: ComponentId, sentence: string, path: string): OtherHostRule {
  return {
    here,
    there: 'engine',
    names: [ENGINE_NAME],
    unless: ['database'],
    todo: `${sentence} (${path}). Unless engine-setup is run here again, remove that file there and restart ovirt-engine.`,
  };
}

/** 3.5 and newer, as are all components on hosts of their own. */
export const proxyApart: OtherHostRule = {
  here: 'websocket-proxy',
  there: 'engine',
  names: [ENGINE_NAME],
  unless: [],
  todo: 'The engine still sends consoles to the proxy of this host. Unless engine-setup is run here again, run "engine-config -s WebSocketProxy=Off" there and restart ovirt-engine.',
};

/** The engine's own database has its name, and since 4.0 a drop-in too. */
export const dwhApart: OtherHostRule = {
  here: 'engine',
  there: 'dwh',
  names: [{ path: `${CONF}/10-setup-dwh-database.conf`, key: 'DWH_DB_HOST' }],
  unless: ['database'],
  todo: `The Data Warehouse there collects from the database that goes here. Run "engine-cleanup" there too (with -d to keep the history), and engine-setup after the one here.`,
};

/** 4.0 and newer: the engine reads the history. */
export const historyApart: OtherHostRule = namedThere(
  'dwh',
  'The engine still reads the history of this Data Warehouse',
  `${CONF}/10-setup-dwh-database.conf`,
);

const REPORTS_ACCESS = `${CONF}/10-setup-reports-access.conf`;

/** 3.5 and 3.6. */
export const reportsApart: readonly OtherHostRule[] = [
  signedHere('reports', 'Reports', REPORTS_ACCESS, 'ENGINE_REPORTS_BASE_URL'),
  namedThere('reports', 'The engine still links to the Reports of this host', REPORTS_ACCESS),
];

const GRAFANA_ACCESS = `${CONF}/10-setup-grafana-access.conf`;

/** 4.4 and newer. */
export const grafanaApart: readonly OtherHostRule[] = [
  signedHere('grafana', 'Grafana', GRAFANA_ACCESS, 'ENGINE_GRAFANA_FQDN'),
  namedThere('grafana', 'The engine still links to the Grafana of this host', GRAFANA_ACCESS),
  {
    here: 'grafana',
    there: 'dwh',
    names: [{ path: `${DWH_CONF}/10-setup-grafana-database.conf`, key: 'GRAFANA_DB_HOST' }],
    unless: ['database'],
    todo: 'The role by which Grafana reads the history stays on its server. Unless engine-setup is run here again, a PostgreSQL superuser removes it there, in the database of the Data Warehouse: DROP OWNED BY "ovirt_engine_history_grafana"; DROP ROLE "ovirt_engine_history_grafana";',
  },
];
