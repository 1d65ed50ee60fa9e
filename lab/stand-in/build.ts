/** Bundles the stand-in into one file that node runs: what a test puts into a box as `engine-setup`. */
import { build } from 'esbuild';

const ENTRY = new URL('./main.ts', import.meta.url).pathname;

/** Writes the program to `outfile` (a `.cjs`); it needs nothing but node, openssl and PostgreSQL's client programs. */
export async function buildStandIn(outfile: string): Promise<void> {
  await build({
    entryPoints: [ENTRY],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    banner: { js: '#!/usr/bin/env node' },
    logLevel: 'error',
  });
}
