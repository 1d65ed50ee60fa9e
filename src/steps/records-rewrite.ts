/**
 * Rewrites the uninstall records once, to what is kept and with the hashes of now: setup records only what it changes in its own run, so whatever a
 * later cleanup must find has to be carried forward.
 */
import { DATABASES_GONE, mergeRecords, parseRecord, serializeRecord } from '../detect/read/record.ts';
import { anchorOf } from '../layouts/index.ts';
import { hostPath } from '../model/paths.ts';
import type { StepRunner } from './context.ts';

export const recordsRewrite: StepRunner<'records-rewrite'> = {
  touches: ({ paths, path }) => [...new Set([...paths, path])],
  writes: ({ path }) => [path],

  // The plan has this step only where the records say something else; what a crash left is planned anew.
  async probe() {
    return false;
  },

  async apply({ paths, keep, edited, path, databasesGone }, { host, layout, plan }) {
    const parsed = [];
    for (const one of paths) {
      const text = await host.files.readText(one);
      if (text !== null) parsed.push(parseRecord(text, one));
    }
    const merged = mergeRecords(parsed);
    const files = [];
    for (const file of merged.files.values()) {
      const inside = hostPath(plan.root, file.path);
      if (!keep.includes(inside)) continue;
      const hex = await host.files.digest(inside, 'sha256');
      if (hex === null) continue;
      const now = { algorithm: 'sha256' as const, hex };
      files.push({ ...file, unremovable: false, hash: edited.includes(inside) && file.hash ? file.hash : now });
    }
    // Kept files that setup did not record are recorded now, or nothing would tell what they are.
    for (const inside of keep) {
      if (files.some((file) => hostPath(plan.root, file.path) === inside)) continue;
      const hex = await host.files.digest(inside, 'sha256');
      if (hex !== null)
        files.push({ path: inside, groups: ['core'], unremovable: false, hash: { algorithm: 'sha256' as const, hex } });
    }
    if (files.length > 0) {
      if (layout.marker !== null) await host.files.makeParents(path, layout.marker, anchorOf(layout, path));
      const text =
        (databasesGone ? DATABASES_GONE : '') +
        serializeRecord({ files, lines: [], descriptions: merged.descriptions });
      await host.files.replace(path, Buffer.from(text), { anchor: anchorOf(layout, path) });
    }
    // The old ones go only when the new one is on disk.
    for (const one of paths) {
      if (one === path && files.length > 0) continue;
      const stat = await host.files.stat(one);
      if (stat) await host.files.remove(one, stat.identity, anchorOf(layout, one));
    }
  },
};
