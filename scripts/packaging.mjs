// `npm run packaging`: see packaging/write.ts.
import { runTypescript } from './run-typescript.mjs';

await runTypescript('packaging/write.ts');
