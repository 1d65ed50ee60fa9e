/** Which errors a test run has of each kind of call. Together they are all that there are (sample.test.ts). */
import type { Call, ErrorsOf } from './inject.ts';

export type Few = { readonly [C in Call]?: ErrorsOf<C> };

export const CHANGING: Few = {
  unlink: ['EROFS', 'EACCES'],
  rmdir: ['EROFS', 'EIO'],
  rename: ['ENOSPC', 'EIO', 'EACCES'],
  mkdir: ['ENOSPC', 'EROFS'],
  fsync: ['EIO', 'ENOSPC'],
  write: ['ENOSPC', 'EIO'],
  pwrite64: ['ENOSPC', 'EIO', 'EROFS'],
  utimensat: ['EROFS', 'EACCES', 'EIO'],
  ftruncate: ['EIO', 'EROFS'],
};

export const LOOKING: Few = {
  openat: ['EMFILE', 'EACCES', 'EIO'],
  read: ['EIO', 'EACCES'],
  getdents64: ['EIO', 'EACCES'],
  statx: ['EACCES'],
  statfs: ['EACCES', 'EIO'],
  access: ['EACCES', 'EIO'],
  readlink: ['EIO', 'EACCES'],
  socket: ['EMFILE', 'EACCES'],
  connect: ['EACCES'],
  socketpair: ['EMFILE'],
};

export const RESTORING: Few = {
  unlink: ['EIO'],
  rmdir: ['EACCES'],
  rename: ['EROFS'],
  mkdir: ['EACCES', 'EIO'],
  fsync: ['EROFS'],
  write: ['EROFS'],
  openat: ['ENOSPC', 'EROFS'],
  statx: ['EIO'],
  socketpair: ['EMFILE'],
};
