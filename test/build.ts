/** Builds the program before the first test and before each rerun of a watching vitest: what runs `dist/` meets neither yesterday's program nor none. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

const SCRIPT = fileURLToPath(new URL('../scripts/build.mjs', import.meta.url));

function build(): void {
  execFileSync(process.execPath, [SCRIPT], { stdio: 'inherit' });
}

export default function setup(project: TestProject): void {
  build();
  project.onTestsRerun(build);
}
