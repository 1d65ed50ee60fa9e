/** The engine's database in 3.0 to 3.2, which setup makes with the login of a server's administrator and finds again by its password file. */
import type { DatabaseLayout, PasswordFileLayout } from '../../model/layout.ts';
import { COLUMNS_33 } from '../otopi/engine-columns.ts';
import { ADMINISTRATOR, encryptedOptions, FINISHED_SCHEMA } from '../otopi/engine-rows.ts';

/** The password in the configuration of the application server. Setup of 3.0 and 3.1 does not write it for a database that is there; that of 3.2 does. */
export const ENCRYPTED_PASSWORD = /EncryptDBPassword[\s\S]*?name="password"/;

export interface DatabaseFacts {
  passwordFile: PasswordFileLayout;
  dumps: string;
  /** An upgrade renames the database meanwhile, and leaves it so where it dies (3.1 and 3.2). */
  renames: boolean;
}

export function engineDatabase({ passwordFile, dumps, renames }: DatabaseFacts): DatabaseLayout {
  return {
    title: 'engine database',
    defaultName: 'engine',
    defaultRole: 'engine',
    prefix: 'ENGINE_DB_',
    answers: null,
    credentials: [],
    passwordFiles: [passwordFile],
    schemas: [],
    extensions: [],
    signature: ['vdc_options', 'schema_version'],
    // The first table that setup makes, and some that no other product has.
    traces: ['tags_vm_pool_map', 'vds_static', 'vm_static'],
    ...(renames ? { leftovers: /^engine_\d{4}(_\d{2}){5}$/ } : {}),
    madeAnew: true,
    complete: {
      relations: ['vms', 'vdc_options', 'schema_version', 'users', 'permissions', 'vds_static', 'vm_static'],
      schemas: [],
      rows: [ADMINISTRATOR, FINISHED_SCHEMA],
    },
    questions: { encryptedOptions },
    encrypted: COLUMNS_33.filter((pair) => !pair.startsWith('providers.')), // 3.3 brought these
    dumps,
  };
}
