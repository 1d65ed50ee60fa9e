// `npm run bench`: see bench/bench.ts.
import './build.mjs';
import { runTypescript } from './run-typescript.mjs';

await runTypescript('bench/bench.ts');
