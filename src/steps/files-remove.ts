/**
 * Removes files, each named in the plan and each still what was seen when the plan was made. This is where a run removes files,
 * through the one function in `host/` that can; besides, records that are rewritten and what a PKI from a copy replaces go the same way.
 */
import { HostError, messageOf } from '../model/errors.ts';
import type { StepRunner } from './context.ts';
import { assertAsPlanned, doorOf } from './outside.ts';

export const filesRemove: StepRunner<'files-remove'> = {
  touches: ({ files }) => files.map(({ path }) => path),

  async probe(step, context) {
    const door = doorOf(step, context);
    for (const { path } of step.files) if ((await door.files.stat(path)) !== null) return false;
    return true;
  },

  async apply(step, context) {
    const door = doorOf(step, context);
    if (step.outside)
      await assertAsPlanned(
        step.files.map(({ path }) => path),
        context,
      );
    const failures = await door.files.removeAll(
      step.files.map((file) => ({ path: file.path, expect: door.expected(file), anchor: door.anchor(file.path) })),
    );
    const [first] = failures;
    if (!first) return;
    const others =
      failures.length > 1
        ? ` (and ${failures.length - 1} more: ${failures
            .slice(1, 4)
            .map(({ path }) => path)
            .join(', ')})`
        : '';
    throw new HostError(`${messageOf(first.error)}${others}`, {
      hint: first.error instanceof HostError ? first.error.hint : 'Run this again when the cause is mended.',
      code: first.error instanceof HostError ? first.error.code : null,
      cause: first.error,
    });
  },
};
