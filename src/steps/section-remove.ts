/** Takes setup's section out of a password file that holds other people's lines too; these stay byte for byte. Found by its marks and its place, never by what its lines say. */
import { createHash } from 'node:crypto';
import { withoutSection } from '../detect/read/password-section.ts';
import { anchorOf, databaseLayoutOf } from '../layouts/index.ts';
import { HostError } from '../model/errors.ts';
import type { StepOf } from '../model/plan.ts';
import type { StepContext, StepRunner } from './context.ts';

interface Found {
  bytes: Buffer;
  /** Null where no section is in it, or nobody can tell which lines it is. */
  without: ReturnType<typeof withoutSection>;
}

async function find(
  { path, component }: StepOf<'section-remove'>,
  { host, layout }: Pick<StepContext, 'host' | 'layout'>,
): Promise<Found | null> {
  const database = databaseLayoutOf(layout, component);
  const rule = database?.passwordFiles?.find((one) => one.path === path);
  if (!database || !rule) throw new Error(`no password file ${path} of ${component} in the layout`);
  const bytes = await host.files.readBytes(path);
  return bytes === null ? null : { bytes, without: withoutSection(bytes.toString('latin1'), rule, database) };
}

export const sectionRemove: StepRunner<'section-remove'> = {
  touches: ({ path }) => [path],
  writes: ({ path }) => [path],

  async probe(step, context) {
    return ((await find(step, context))?.without ?? null) === null;
  },

  async apply(step, context) {
    const { host, layout } = context;
    const found = await find(step, context);
    if (!found?.without) return;
    const { rest, sha256 } = found.without;
    if (sha256 !== step.sha256) {
      throw new HostError(
        `Setup's section in ${host.files.real(step.path)} is another one than the plan saw. It was not taken out.`,
        { hint: 'See who writes to that file, then run engine-cleanup again.' },
      );
    }
    await host.files.replace(step.path, Buffer.from(rest, 'latin1'), {
      anchor: anchorOf(layout, step.path),
      expectSha256: createHash('sha256').update(found.bytes).digest('hex'),
    });
  },
};
