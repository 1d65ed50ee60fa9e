/** Extended attributes, ACLs and labels of test files, set and read by the programs that administrators have for it. */
import { execFileSync } from 'node:child_process';
import { whyNoProgram } from '../fixture/needs.ts';
import { isRoot, Scratch } from './scratch.ts';

/** `user::rw- user:1:r-- group::r-- mask::rw- other::---` as the kernel keeps it. */
const ACL = '0x0200000001000600ffffffff020004000100000004000400ffffffff10000600ffffffff20000000ffffffff';

function set(path: string, name: string, value: string): void {
  execFileSync('setfattr', ['--name', name, '--value', value, path], { stdio: 'pipe' });
}

/** A note with a NUL, an ACL, and as root a note for root alone and a label. */
export function setAttributes(path: string): void {
  set(path, 'user.note', '0x6b657074002061732069742069732e');
  set(path, 'system.posix_acl_access', ACL);
  if (!isRoot) return;
  set(path, 'trusted.note', '0x726f6f74');
  set(path, 'security.selinux', '"system_u:object_r:httpd_config_t:s0\\000"');
}

/** `name=0x…` of each attribute, sorted. */
export function attributesOf(path: string): string[] {
  const args = ['--dump', '--match=-', '--encoding=hex', '--absolute-names', path];
  const text = execFileSync('getfattr', args, { encoding: 'utf8' });
  return text
    .split('\n')
    .filter((line) => line.includes('='))
    .sort();
}

/** Why attributes cannot be tested here: the program or the file system. */
export async function whyNoAttributes(): Promise<string | null> {
  const reason = await whyNoProgram('setfattr');
  if (reason !== null) return reason;
  const scratch = new Scratch();
  try {
    scratch.write('/probe', '');
    setAttributes(scratch.real('/probe'));
    return null;
  } catch (error) {
    return `the file system of ${scratch.dir} keeps no attributes (${error instanceof Error ? error.message : error})`;
  } finally {
    scratch.destroy();
  }
}
