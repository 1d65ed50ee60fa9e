/** Through which door a step reaches its files: below the root, or, for the few that the plan marks, to the machine's own /tmp. */
import { loginIn } from '../detect/outside-tmp.ts';
import type { FileStat, Files } from '../host/port.ts';
import { anchorOf } from '../layouts/index.ts';
import { HostError } from '../model/errors.ts';
import type { Identity } from '../model/facts.ts';
import { isOutside, isOutsidePath, OUTSIDE } from '../model/outside.ts';
import type { PlannedFile } from '../model/plan.ts';
import type { StepContext } from './context.ts';
import { expected } from './expected.ts';

export interface Door {
  files: Files;
  anchor(path: string): string;
  /** What a file must still be when it is removed. */
  expected(file: PlannedFile): Identity;
}

/** Throws for any path that is not one of the few: whatever a plan says, nothing else of the machine is touched. */
function outsideAnchor(path: string): string {
  if (isOutsidePath(path)) return OUTSIDE;
  throw new Error(`${path} lies outside of the root, and is not a temporary file of setup`);
}

/** The door of a removal. Nothing writes to a file outside of the root while services stop: it must be what the plan saw, whatever the archive holds. */
export function doorOf({ outside }: { outside?: true }, context: StepContext): Door {
  const { host, layout } = context;
  if (outside) return { files: host.machine, anchor: outsideAnchor, expected: ({ identity }) => identity };
  return {
    files: host.files,
    anchor: (path) => anchorOf(layout, path),
    expected: (file) => expected(file, context),
  };
}

/** What identity does not show: owner, mode, a second name, and the login it is for. */
async function stillIs({ path, still }: PlannedFile, stat: FileStat, machine: Files): Promise<boolean> {
  if (still === undefined || stat.uid !== still.uid || stat.links !== 1) return false;
  const names = await loginIn(machine, path, stat);
  return names !== null && JSON.stringify(names) === JSON.stringify(still.names);
}

/** Throws if anything but the file that the plan saw has one of these names: nothing that somebody else has put there, or changed, is shown to tar or removed. */
export async function assertAsPlanned(paths: readonly string[], { plan, host }: StepContext): Promise<void> {
  const planned = plan.steps.flatMap((step) => (step.kind === 'files-remove' && isOutside(step) ? step.files : []));
  for (const path of paths) {
    outsideAnchor(path);
    const stat = await host.machine.stat(path);
    if (stat === null) continue;
    const seen = planned.find((file) => file.path === path);
    const same = JSON.stringify(stat.identity) === JSON.stringify(seen?.identity);
    if (seen && same && (await stillIs(seen, stat, host.machine))) continue;
    throw new HostError(
      `${path} is another file than the plan saw, or was written to or changed since. It was not removed.`,
      {
        hint: 'Look at who works there, then run engine-cleanup again.',
      },
    );
  }
}
