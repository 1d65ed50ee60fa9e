// Bundles one TypeScript file of this project and runs it: Node 20 does not read TypeScript itself.
import { mkdirSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const top = new URL('..', import.meta.url).pathname;

/** Builds `entry` (a path below the project) into node_modules/.cache, where its packages resolve, and imports it. */
export async function runTypescript(entry) {
  const outdir = `${top}node_modules/.cache/engine-cleanup`;
  mkdirSync(outdir, { recursive: true });
  const outfile = `${outdir}/${entry.replaceAll('/', '-').replace(/\.ts$/, '')}.mjs`;
  await build({
    entryPoints: [top + entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    define: { 'import.meta.url': JSON.stringify(pathToFileURL(top + entry).href) },
    logLevel: 'warning',
  });
  await import(pathToFileURL(outfile).href);
}
