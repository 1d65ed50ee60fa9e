/** Every kind of step by name. */

import { backupSeal } from './backup-seal.ts';
import type { StepRunners } from './context.ts';
import { databaseClear } from './database-clear.ts';
import { databaseDrop } from './database-drop.ts';
import { databaseDump } from './database-dump.ts';
import { databaseSeal, databaseUnseal } from './database-seal.ts';
import { dirsRemove } from './dirs-remove.ts';
import { dwhRows } from './dwh-rows.ts';
import { filePromote } from './file-promote.ts';
import { filesArchive } from './files-archive.ts';
import { filesRemove } from './files-remove.ts';
import { filesReset } from './files-reset.ts';
import { linesRevert } from './lines-revert.ts';
import { markerRewrite } from './marker-rewrite.ts';
import { pkiRestore } from './pki-restore.ts';
import { recordsRewrite } from './records-rewrite.ts';
import { roleDrop } from './role-drop.ts';
import { rolesDump } from './roles-dump.ts';
import { sectionRemove } from './section-remove.ts';
import { serviceDisable } from './service-disable.ts';
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
  'files-remove': filesRemove,
  'files-reset': filesReset,
  'lines-revert': linesRevert,
  'section-remove': sectionRemove,
  'file-promote': filePromote,
  'pki-restore': pkiRestore,
  'marker-rewrite': markerRewrite,
  'records-rewrite': recordsRewrite,
  'dirs-remove': dirsRemove,
  'web-server-reload': webServerReload,
};
