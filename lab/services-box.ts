/** A box in which the services of the running machine are asked for and changed by the project's own code. */
import { build } from 'esbuild';
import type { Services, UnitState } from '../src/host/port.ts';
import { Box } from './box.ts';

export type Call = [keyof Services, ...unknown[]];

export interface Outcome {
  value?: unknown;
  error?: { message: string; hint: string; code: string | null };
}

const PROJECT = new URL('..', import.meta.url).pathname.replace(/\/$/, '');
/** Units of this machine that need not start in a box. */
const MASKED = ['postgresql.service', 'ssh.service'];

export class ServicesBox {
  readonly box: Box;
  /** Words before `node`, for a changed view of the machine. */
  prefix: readonly string[] = [];

  private constructor(box: Box) {
    this.box = box;
  }

  static async boot(name: string): Promise<ServicesBox> {
    const bundle = await build({
      entryPoints: [`${PROJECT}/lab/services-driver.ts`],
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'esm',
      write: false,
    });
    const box = await Box.boot(name, PROJECT, MASKED);
    box.share('services-driver.mjs', bundle.outputFiles[0]!.text);
    return new ServicesBox(box);
  }

  /** Makes calls in one process. */
  calls(...calls: Call[]): Outcome[] {
    const command = [...this.prefix, process.execPath, '/lab/services-driver.mjs', JSON.stringify(calls)];
    return JSON.parse(this.box.must(command)) as Outcome[];
  }

  call(...call: Call): Outcome {
    return this.calls(call)[0]!;
  }

  states(...units: string[]): UnitState[] {
    const { value, error } = this.call('states', units);
    if (error) throw new Error(error.message);
    return value as UnitState[];
  }

  state(unit: string): UnitState {
    return this.states(unit)[0]!;
  }

  sh(script: string): string {
    return this.box.must(['/bin/sh', '-c', script]);
  }

  /** Writes a file into the box. */
  write(path: string, text: string, mode = '644'): void {
    this.box.share('file', text);
    this.sh(`mkdir -p "$(dirname '${path}')" && cp /lab/file '${path}' && chmod ${mode} '${path}'`);
  }
}
