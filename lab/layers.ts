/**
 * File systems in layers: what is written in a box lies in a directory of its own, `upper`, below which lie the layers of boxes that were shut down and at last the machine's own root.
 * Nothing is ever written to what lies below.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

const mount = (type: string, options: string, place: string): void => {
  execFileSync('mount', ['-t', type, '-o', options, type, place]);
};

/** Directory of what is written in the box of a directory. */
export const upperOf = (base: string): string => join(base, 'layer/upper');

/** Gives the box of a directory a root to write to. `below`: layers of other boxes, the topmost first. */
export function mountLayers(base: string, below: readonly string[]): void {
  const layer = join(base, 'layer');
  mkdirSync(layer);
  mount('tmpfs', 'mode=755', layer);
  for (const name of ['upper', 'work']) mkdirSync(join(layer, name), { mode: 0o755 });
  const lower = [...below, '/'].join(':');
  mount('overlay', `lowerdir=${lower},upperdir=${upperOf(base)},workdir=${join(layer, 'work')}`, join(base, 'root'));
}

/** Makes the root of a box that was shut down read-only: its layer is for others now. */
export function freeze(base: string, below: readonly string[]): void {
  const root = join(base, 'root');
  execFileSync('umount', [root]);
  mount('overlay', `ro,lowerdir=${[upperOf(base), ...below, '/'].join(':')}`, root);
}
