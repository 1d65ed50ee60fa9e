/** Every kind of step by name. */

import { backupSeal } from './backup-seal.ts';
import type { StepRunners } from './context.ts';
import { databaseClear } from './database-clear.ts';
import { databaseDrop } from './database-drop.ts';
import { databaseDump } from './database-dump.ts';
import { databaseFill } from './database-fill.ts';
import { databaseSeal, databaseUnseal } from './database-seal.ts';
import { dirsMake } from './dirs-make.ts';
import { dirsRemove } from './dirs-remove.ts';
import { dwhRows } from './dwh-rows.ts';
import { filePromote } from './file-promote.ts';
import { filePutBack } from './file-put-back.ts';
import { filesArchive } from './files-archive.ts';
import { filesPut } from './files-put.ts';
import { filesRemove } from './files-remove.ts';
import { filesReset } from './files-reset.ts';
import { linesRevert } from './lines-revert.ts';
import { markerRewrite } from './marker-rewrite.ts';
import { ovnRows, ovnRowsPut } from './ovn-rows.ts';
import { pkiRestore } from './pki-restore.ts';
import { recordsRewrite } from './records-rewrite.ts';
import { roleDrop } from './role-drop.ts';
import { rolesDump } from './roles-dump.ts';
import { rolesMake } from './roles-make.ts';
import { rowsPut } from './rows-put.ts';
import { sectionRemove } from './section-remove.ts';
import { serviceDisable } from './service-disable.ts';
import { serviceEnable } from './service-enable.ts';
import { serviceStart } from './service-start.ts';
import { serviceStop } from './service-stop.ts';
import { webServerReload } from './web-server-reload.ts';

export const RUNNERS: StepRunners = {
  'service-stop': serviceStop,
  'service-disable': serviceDisable,
  'database-unseal': databaseUnseal,
  'database-seal': databaseSeal,
  'database-dump': databaseDump,
  'roles-dump': rolesDump,
  'files-archive': filesArchive,
  'backup-seal': backupSeal,
  'database-clear': databaseClear,
  'database-drop': databaseDrop,
  'role-drop': roleDrop,
  'dwh-rows': dwhRows,
  'ovn-rows': ovnRows,
  'files-remove': filesRemove,
  'files-reset': filesReset,
  'file-put-back': filePutBack,
  'lines-revert': linesRevert,
  'section-remove': sectionRemove,
  'file-promote': filePromote,
  'pki-restore': pkiRestore,
  'marker-rewrite': markerRewrite,
  'records-rewrite': recordsRewrite,
  'dirs-remove': dirsRemove,
  'web-server-reload': webServerReload,
  'files-put': filesPut,
  'dirs-make': dirsMake,
  'roles-make': rolesMake,
  'database-fill': databaseFill,
  'rows-put': rowsPut,
  'ovn-rows-put': ovnRowsPut,
  'service-enable': serviceEnable,
  'service-start': serviceStart,
};
