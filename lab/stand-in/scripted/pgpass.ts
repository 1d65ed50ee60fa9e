/** The password files of 3.0 to 3.2, in the exact form of each release. Passwords are written as they are, without a backslash. */
import { underscoredTimestamp } from '../base/names.ts';
import type { ScriptedRun } from './run.ts';

const MARKS = {
  '3.1': {
    begin: '#####  oVirt-engine DB ADMIN settings section. Do not change!!',
    end: '#####  End of oVirt-engine DB ADMIN settings section.',
  },
  '3.2': {
    header: [
      '# This section was created during oVirt Engine setup.',
      '# DO NOT CHANGE IT MANUALLY - OTHER UTILITIES AND TOOLS DEPEND ON ITS STRUCTURE.',
      '# Beginning of the oVirt Engine DB settings section',
    ],
    admin: '# DB ADMIN credentials.',
    user: '# DB USER credentials.',
    end: '#####  End of oVirt Engine DB settings section.',
  },
} as const;

function line(run: ScriptedRun, role: 'admin' | 'user', database: string): string {
  const { host, port, role: name, password } = run.credentials(role, database);
  return `${host}:${port}:${database}:${name}:${password}`;
}

function lines(run: ScriptedRun): string[] {
  const admin = line(run, 'admin', '*');
  const local = run.settings.remote === null;
  switch (run.shape.pgpass) {
    case '3.0':
      return [admin, line(run, 'user', 'engine')];
    case '3.1':
      return [MARKS['3.1'].begin, admin, ...(local ? [line(run, 'user', 'engine')] : []), MARKS['3.1'].end];
    default: {
      const { header, admin: ofAdmin, user, end } = MARKS['3.2'];
      // Of a remote server only the administrator is known, and both labels stand before its line.
      const body = local ? [ofAdmin, admin, user, line(run, 'user', '*')] : [ofAdmin, user, admin];
      return [...header, ...body, end];
    }
  }
}

/** A file that is there is renamed, with whatever others have in it. */
export function writePasswordFile(run: ScriptedRun): void {
  const { host } = run.context;
  const path = run.shape.passwordFile;
  if (host.exists(path)) host.rename(path, `${path}.${underscoredTimestamp()}`);
  host.write(path, `${lines(run).join('\n')}\n`, { mode: 0o600 });
}
