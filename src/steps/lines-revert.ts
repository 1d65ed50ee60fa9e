/** Takes setup's lines out of a file of somebody else and puts back the ones setup replaced; every other byte stays. */
import { createHash } from 'node:crypto';
import { findEdits, revertEdits } from '../detect/read/lines.ts';
import { anchorOf } from '../layouts/index.ts';
import type { StepRunner } from './context.ts';

export const linesRevert: StepRunner<'lines-revert'> = {
  touches: ({ path }) => [path],
  writes: ({ path }) => [path],

  async probe({ path, edits }, { host }) {
    const bytes = await host.files.readBytes(path);
    return bytes === null || findEdits(bytes.toString('latin1'), edits).length === 0;
  },

  async apply({ path, edits }, { host, layout }) {
    const bytes = await host.files.readBytes(path);
    if (bytes === null) return;
    const reverted = Buffer.from(revertEdits(bytes.toString('latin1'), edits), 'latin1');
    // The file may have been edited since the plan was made: its present lines are reverted, and it must not change under our hands.
    const expectSha256 = createHash('sha256').update(bytes).digest('hex');
    await host.files.replace(path, reverted, { anchor: anchorOf(layout, path), expectSha256 });
  },
};
