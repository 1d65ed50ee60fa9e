/** The databases that otopi's setup knows, as data: where their credentials are, what they are called, how they are asked for. */
import type { Component } from '../base/options.ts';

export interface DatabaseKind {
  component: Component;
  /** In messages. */
  title: string;
  /** Configuration file with its drop-ins, and the prefix of the keys in it. */
  base: string;
  prefix: string;
  /** Environment keys and questions. */
  answers: string;
  question: string;
  provisioning: string;
  provisioningQuestion: string;
  name: string;
  /** Key that must be true for the credentials to count. */
  enableKey?: string;
}

const ENGINE_CONF = '/etc/ovirt-engine/engine.conf';
const DWH_CONF = '/etc/ovirt-engine-dwh/ovirt-engine-dwhd.conf';

export const ENGINE: DatabaseKind = {
  component: 'engine',
  title: 'Engine',
  base: ENGINE_CONF,
  prefix: 'ENGINE_DB_',
  answers: 'OVESETUP_DB/',
  question: 'OVESETUP_ENGINE_DB_',
  provisioning: 'OVESETUP_PROVISIONING/postgresProvisioningEnabled',
  provisioningQuestion: 'OVESETUP_PROVISIONING_POSTGRES_',
  name: 'engine',
};

export const DWH: DatabaseKind = {
  component: 'dwh',
  title: 'DWH',
  base: DWH_CONF,
  prefix: 'DWH_DB_',
  answers: 'OVESETUP_DWH_DB/',
  question: 'OVESETUP_DWH_DB_',
  provisioning: 'OVESETUP_DWH_PROVISIONING/postgresProvisioningEnabled',
  provisioningQuestion: 'OVESETUP_DWH_PROVISIONING_POSTGRES_',
  name: 'ovirt_engine_history',
};

/** The engine's database as the Data Warehouse of another host knows it. */
export const ENGINE_OF_DWH: DatabaseKind = { ...ENGINE, base: DWH_CONF };

export const REPORTS: DatabaseKind = {
  component: 'reports',
  title: 'Reports',
  base: '/etc/ovirt-engine-reports/ovirt-engine-reports.conf',
  prefix: 'REPORTS_DB_',
  answers: 'OVESETUP_REPORTS_DB/',
  question: 'OVESETUP_REPORTS_DB_',
  provisioning: 'OVESETUP_REPORTS_PROVISIONING/postgresProvisioningEnabled',
  provisioningQuestion: 'OVESETUP_REPORTS_PROVISIONING_POSTGRES_',
  name: 'ovirt_engine_reports',
};

export const KEYCLOAK: DatabaseKind = {
  component: 'keycloak',
  title: 'Keycloak',
  base: ENGINE_CONF,
  prefix: 'KEYCLOAK_DB_',
  answers: 'OVESETUP_KEYCLOAK_DB/',
  question: 'OVESETUP_KEYCLOAK_DB_',
  provisioning: 'OVESETUP_KEYCLOAK_PROVISIONING/postgresProvisioningEnabled',
  provisioningQuestion: 'OVESETUP_KEYCLOAK_PROVISIONING_POSTGRES_',
  name: 'ovirt_engine_keycloak',
};

export const CINDERLIB: DatabaseKind = {
  component: 'cinderlib',
  title: 'CinderLib',
  base: ENGINE_CONF,
  prefix: 'CINDERLIB_DB_',
  answers: 'OVESETUP_CL_DB/',
  question: 'OVESETUP_CINDERLIB_DB_',
  provisioning: 'OVESETUP_CL_PROVISIONING/postgresProvisioningEnabled',
  provisioningQuestion: 'OVESETUP_CINDERLIB_PROVISIONING_POSTGRES_',
  name: 'ovirt_cinderlib',
};

export const MANAGEDBLOCK: DatabaseKind = {
  component: 'managedblock',
  title: 'ManagedBlock',
  base: ENGINE_CONF,
  prefix: 'MANAGEDBLOCK_DB_',
  answers: 'OVESETUP_MB_DB/',
  question: 'OVESETUP_MANAGEDBLOCK_DB_',
  provisioning: 'OVESETUP_MB_PROVISIONING/postgresProvisioningEnabled',
  provisioningQuestion: 'OVESETUP_MANAGEDBLOCK_PROVISIONING_POSTGRES_',
  name: 'ovirt_managedblock',
};
