// `npm run demo`: see demo/demo.ts.
import './build.mjs';
import { runTypescript } from './run-typescript.mjs';

await runTypescript('demo/demo.ts');
