// Bundles the program into few CommonJS files: it starts about twice as fast as from its many modules (see bench/).
// What only some runs need lies in a file of its own, so that no other run reads it: `-h` reads the first one only.
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
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
  const { outputFiles } = await build({
    entryPoints: [entry],
    outfile: dist + file,
    write: false,
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
  return outputFiles;
}

const made = await Promise.all([
  bundle(source('src/main.ts'), 'engine-cleanup.cjs', '#!/usr/bin/env node'),
  ...LATE.map(({ entry, file }) => bundle(entry, file)),
]);
// Each file is written elsewhere and moved: a program that runs meanwhile (a demo, another test) never finds one missing or half written.
await mkdir(dist, { recursive: true });
await mkdir(cache, { recursive: true });
const files = made.flat().map(({ path, contents }) => ({ name: basename(path), contents }));
for (const { name, contents } of files) {
  const temporary = `${cache}${name}.${process.pid}`;
  await writeFile(temporary, contents, { mode: name === 'engine-cleanup.cjs' ? 0o755 : 0o644 });
  await rename(temporary, dist + name);
}
for (const name of await readdir(dist))
  if (!files.some((file) => file.name === name)) await rm(dist + name, { recursive: true, force: true });
