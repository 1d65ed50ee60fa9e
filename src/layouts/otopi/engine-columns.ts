/**
 * Columns with values encrypted with the engine's key, by the release that brought them (calls of `encryptPassword` in the engine's `dao` classes, tag by tag). `fence_agents.options` is not among
 * them: most agents' are in the clear. For those of `vdc_options` there is a question of its own, in engine-rows.ts.
 */

/** 3.3. */
export const COLUMNS_33: readonly string[] = [
  'providers.auth_password',
  'storage_server_connections.password',
  'vds_static.pm_password',
  'vds_static.pm_secondary_password',
];

/** 3.4 and 3.5. */
export const COLUMNS_34: readonly string[] = [...COLUMNS_33, 'vm_init.password'];

/** 3.6 to 4.2: fence agents have a table of their own. */
export const COLUMNS_36: readonly string[] = [
  'providers.auth_password',
  'storage_server_connections.password',
  'storage_server_connection_extension.password',
  'fence_agents.agent_password',
  'vm_init.password',
  'libvirt_secrets.secret_value',
];

/** 4.3 and newer. */
export const COLUMNS_43: readonly string[] = [...COLUMNS_36, 'cinder_storage.driver_sensitive_options'];
