/** Runs in a box: makes calls of the services of the running machine, one after the other, and prints what came of each as JSON. */
import { createServices } from '../src/host/services/index.ts';
import { HostError } from '../src/model/errors.ts';
import type { Call, Outcome } from './services-box.ts';

const services = createServices('/', 30_000);

async function make([name, ...args]: Call): Promise<Outcome> {
  const method = services[name] as (...args: unknown[]) => Promise<unknown>;
  try {
    return { value: (await method.apply(services, args)) ?? null };
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    return { error: { message: error.message, hint: error.hint, code: error.code } };
  }
}

const outcomes: Outcome[] = [];
for (const call of JSON.parse(process.argv[2]!) as Call[]) outcomes.push(await make(call));
process.stdout.write(JSON.stringify(outcomes));
