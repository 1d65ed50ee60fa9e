/** Takes keys out of the post-install marker whose effect the run has undone; all else stays byte for byte. */
import { rewriteMarker } from '../detect/read/otopi.ts';
import { anchorOf } from '../layouts/index.ts';
import type { StepRunner } from './context.ts';

export const markerRewrite: StepRunner<'marker-rewrite'> = {
  touches: ({ path }) => [path],
  writes: ({ path }) => [path],

  async probe({ path, dropKeys }, { host }) {
    const text = (await host.files.readBytes(path))?.toString('latin1');
    return text === undefined || rewriteMarker(text, dropKeys) === text;
  },

  async apply({ path, dropKeys }, { host, layout }) {
    const text = (await host.files.readBytes(path))?.toString('latin1');
    if (text === undefined) return;
    await host.files.replace(path, Buffer.from(rewriteMarker(text, dropKeys), 'latin1'), {
      anchor: anchorOf(layout, path),
    });
  },
};
