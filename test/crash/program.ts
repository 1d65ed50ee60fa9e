/** Builds the program that can die; the tests of this room start it. */
import { join } from 'node:path';
import { build } from 'esbuild';

export async function buildDyingProgram(dir: string): Promise<string> {
  const outfile = join(dir, 'dying-program.mjs');
  const require = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
  await build({
    entryPoints: [new URL('dying-program.ts', import.meta.url).pathname],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    banner: { js: require },
    define: { navigator: JSON.stringify({ userAgent: 'Node.js' }) },
    external: ['pg-native', 'pg-cloudflare', 'cloudflare:sockets'],
    logLevel: 'warning',
  });
  return outfile;
}
