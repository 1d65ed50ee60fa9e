// Bundles the program into few CommonJS files: it starts about twice as fast as from its many modules (see bench/).
// What only some runs need lies in a file of its own, so that no other run reads it: `-h` reads the first one only.
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { build } from 'esbuild';

const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));
const dist = new URL('../dist/', import.meta.url).pathname;
const cache = new URL('../node_modules/.cache/engine-cleanup/', import.meta.url).pathname;
const source = (path) => new URL(`../${path}`, import.meta.url).pathname;

/** Files of the program by the import that loads them, always a dynamic one. */
const LATE = [
  { import: /\/cli\/program\.ts$/, entry: source('src/cli/program.ts'), file: 'program.cjs' },
  { import: /^pg$/, entry: 'pg', file: 'pg.cjs' },
  { import: /^node-forge$/, entry: 'node-forge', file: 'forge.cjs' },
];

function others(self) {
  return {
    name: 'late',
    setup({ onResolve }) {
      for (const { import: filter, file } of LATE) {
        onResolve({ filter }, ({ kind }) =>
          file === self || kind !== 'dynamic-import' ? undefined : { path: `./${file}`, external: true },
        );
      }
    },
  };
}

async function bundle(entry, file, banner) {
  await build({
    entryPoints: [entry],
    outfile: `${made}/${file}`,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'linked',
    ...(banner ? { banner: { js: banner } } : {}),
    // A late file is required, not imported: an import of CommonJS reads the whole text once more, to find its exports.
    supported: { 'dynamic-import': false },
    define: {
      'process.env.ENGINE_CLEANUP_VERSION': JSON.stringify(version),
      // pg asks whether it runs at Cloudflare, by making a Response: Node would load its whole HTTP client for that.
      navigator: JSON.stringify({ userAgent: 'Node.js' }),
    },
    external: ['pg-native', 'pg-cloudflare', 'cloudflare:sockets'],
    plugins: [others(file)],
    logLevel: 'warning',
  });
}

// Made elsewhere and then moved, file by file: a program that runs meanwhile (a demo, another test) never finds a file missing or half written.
await mkdir(cache, { recursive: true });
await mkdir(dist, { recursive: true });
const made = await mkdtemp(`${cache}dist-`);
try {
  await Promise.all([
    bundle(source('src/main.ts'), 'engine-cleanup.cjs', '#!/usr/bin/env node'),
    ...LATE.map(({ entry, file }) => bundle(entry, file)),
  ]);
  await chmod(`${made}/engine-cleanup.cjs`, 0o755);
  const files = await readdir(made);
  for (const file of files) await rename(`${made}/${file}`, dist + file);
  for (const file of await readdir(dist))
    if (!files.includes(file)) await rm(dist + file, { recursive: true, force: true });
} finally {
  await rm(made, { recursive: true, force: true });
}
