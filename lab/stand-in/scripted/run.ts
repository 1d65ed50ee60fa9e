/** State of one run of the setup of 3.0 to 3.2. Nothing of it is taken back when it fails. */
import { statSync } from 'node:fs';
import type { Context, Outcome } from '../base/context.ts';
import { replaceParameter } from '../base/edit.ts';
import type { Credentials } from '../database/credentials.ts';
import { Session } from '../database/session.ts';
import { type Settings, settingsOf } from './settings.ts';
import { type Shape, shapeOf } from './shapes.ts';

export const DATABASE = 'engine';

export class ScriptedRun {
  readonly context: Context;
  readonly shape: Shape;
  readonly settings: Settings;
  readonly outcome: Outcome = { taken: null, damage: [], failed: null, databases: { engine: DATABASE } };

  constructor(context: Context) {
    this.context = context;
    this.shape = shapeOf(context);
    this.settings = settingsOf(context);
  }

  get version(): string {
    return this.context.release.version;
  }

  /** Role and server as the password file names them; the file gives the password. */
  credentials(role: 'admin' | 'user', database: string): Credentials {
    const { remote, dbPassword } = this.settings;
    const own = remote === null && role === 'user' ? DATABASE : (remote?.admin ?? 'postgres');
    return {
      host: remote?.host ?? 'localhost',
      port: remote?.port ?? this.context.local.port,
      database,
      role: own,
      password: dbPassword,
      secured: remote?.secured ?? false,
      validated: false,
    };
  }

  /** As the administrator or the engine's role, with whatever the password file has. */
  session(role: 'admin' | 'user', database = DATABASE): Session {
    const { host, sessions } = this.context;
    return new Session(this.credentials(role, database), { ...sessions, passFile: host.real(this.shape.passwordFile) });
  }

  /** Text of a file that a package brings; where the package is not there, what it would bring. */
  packaged(path: string, fallback: string): string {
    return this.context.host.readIfThere(path) ?? fallback;
  }

  /** Edits a file that a package brings, keeping its owner and mode. */
  edit(path: string, change: (text: string) => string, fallback = ''): void {
    const { host } = this.context;
    if (!host.exists(path)) host.write(path, fallback);
    const { mode } = statSync(host.real(host.resolved(path)!));
    host.write(path, change(host.read(path)), { mode: mode & 0o7777 });
  }

  /** Sets parameters of a file, each in the place of its old line. */
  setParameters(path: string, values: Readonly<Record<string, string>>, separator = '=', uncomment = false): void {
    this.edit(path, (text) =>
      Object.entries(values).reduce(
        (now, [name, value]) => replaceParameter(now, name, value, separator, uncomment),
        text,
      ),
    );
  }
}
