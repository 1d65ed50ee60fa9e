/** The hosts and commands that are killed: of each generation, dropped, emptied, kept, set up half-way, and put back. */
import { renameSync } from 'node:fs';
import { Box } from '../e2e/harness.ts';
import { makeScriptedBox } from '../e2e/scripted-box.ts';
import type { Size } from '../fixture/captured-database.ts';
import type { HostOptions } from '../fixture/host.ts';
import type { HostTree } from '../fixture/host-tree.ts';
import type { ScriptedOptions } from '../fixture/scripted/host.ts';
import type { Shape } from '../fixture/scripted/packages.ts';
import type { KillPoint } from './kill-points.ts';
import { Scene } from './scene.ts';

export interface Setting {
  title: string;
  /** `program`: that can die. */
  make(program: string): Promise<Scene>;
}

/** What is done to a host before it is killed on. `program`: that can die. */
type Prepare = (box: Box<HostTree>, program: string) => Promise<unknown>;

async function staged(box: Box<HostTree>, args: string[], program: string, prepare?: Prepare): Promise<Scene> {
  try {
    await prepare?.(box, program);
    return await Scene.of(box, args, program);
  } catch (error) {
    await box.destroy();
    throw error;
  }
}

/** @param options `size` of its databases: small ones, unless it is said */
function otopi(
  title: string,
  { size = 'small', ...options }: Partial<HostOptions> & { size?: Size },
  args: string[],
  prepare?: Prepare,
): Setting {
  const make = async (program: string): Promise<Scene> => {
    const box = await Box.make(options, { size });
    return staged(box as Box<HostTree>, args, program, prepare);
  };
  return { title: `${title}: ${args.join(' ')}`, make };
}

function scripted(shape: Shape, options: Partial<ScriptedOptions>, args: string[], prepare?: Prepare): Setting {
  const make = async (program: string): Promise<Scene> => {
    const box = await makeScriptedBox(shape, options);
    return staged(box as Box<HostTree>, args, program, prepare);
  };
  return { title: `${shape}: ${args.join(' ')}`, make };
}

/** A run that is not disturbed, and ends well. */
const after =
  (...args: string[]) =>
  async (box: Box<HostTree>): Promise<void> => {
    const { report } = await box.json(args);
    if (report.exitCode !== 0) throw new Error(`${args.join(' ')} ended with ${report.exitCode}`);
  };

const DATABASE = '/etc/ovirt-engine/engine.conf.d/10-setup-database.conf';
const inCopy: Prepare = async (box) => renameSync(box.path(DATABASE), box.path(`${DATABASE}.20260402101500`));

/** The engine's database says that its Data Warehouse works with it. */
const atWork = (box: Box<HostTree>): Promise<unknown> =>
  box.server.superuser(
    "UPDATE dwh_history_timekeeping SET var_value = '1' WHERE var_name = 'DwhCurrentlyRunning'",
    'engine',
  );

const kept = ['-u', '-d'];

/** A run that had closed the database to drop it, and died before it was dumped. */
const closed: Prepare = async (box, program) => {
  const point: KillPoint = { step: 'close:engine', kind: 'database-seal', when: 'after' };
  const { signal } = await box.run(['-u'], { program, env: { CRASH_AT: JSON.stringify(point) } });
  if (signal !== 'SIGKILL') throw new Error('the run that was to close the database was not killed');
};

/** Where thousands of places are tried. */
export const SMALL: readonly Setting[] = [otopi('4.5', {}, ['-u'])];

/** The same, put back. */
const EMPTIED: readonly Setting[] = [otopi('4.5, emptied', {}, ['restore', '-u'], after('-u'))];

/** Killed at their system calls. */
export const CALLED: readonly Setting[] = [...SMALL, ...EMPTIED];

/** `all`: each place on a host of its own. `turn`: one after the other on each host. */
const { CRASH } = process.env;
const ALL = CRASH === 'all' || CRASH === 'turn';

/** Those that a test run has the time for: the first of a list. */
function some(settings: readonly Setting[], most: number): readonly Setting[] {
  return ALL ? settings : settings.slice(0, most);
}

/** Whose server is killed: databases that are dropped, emptied, kept with some rows changed, and filled again. */
const served: readonly Setting[] = [
  scripted('3.2', {}, ['-u']),
  ...SMALL,
  otopi('4.5', { dwh: true }, kept, atWork),
  ...EMPTIED,
];

/** A database as large as the one of a real setup. Only where everything is tried. */
const WHOLE: readonly Setting[] =
  CRASH === 'all' ? [otopi('4.5, of full size', { dwh: true, size: 'real' }, ['-u'])] : [];

const settings: readonly Setting[] = [
  otopi('4.5', { dwh: true, services: true }, kept, atWork),
  ...SMALL,
  scripted('3.2', { services: true, dwh: true, reports: true }, ['-u']),
  scripted('3.2', { services: true }, ['restore', '-u'], after('-u')),
  otopi('4.5, kept', { dwh: true }, ['restore', '-u'], async (box) => {
    await atWork(box);
    await after(...kept)(box);
  }),
  otopi('4.5, emptied', { services: true, dwh: true }, ['restore', '-u'], after('-u')),
  otopi('4.5', { dwh: true, grafana: true, services: true, firewalld: true }, ['-u']),
  otopi('4.5, whose package came again', { package: 'reinstalled' }, [...kept, '--keep-pki']),
  otopi('4.5, whose credentials are in a copy', {}, kept, inCopy),
  scripted('3.2', {}, kept, closed),
  scripted('3.1', { package: 'removed' }, kept),
  scripted('3.0', { services: true }, ['-u']),
  otopi('4.3', { release: '4.3', dwh: true, cinderlib: true }, ['-u']),
  otopi('3.6', { release: '3.6', dwh: true, reports: true }, ['-u']),
  otopi('4.5, whose setup died', { failed: 'killed-tables' }, ['-u']),
  ...WHOLE,
];

export const SERVED = CRASH === 'all' ? served : served.slice(0, 1);
export const SETTINGS = some(settings, 2);
