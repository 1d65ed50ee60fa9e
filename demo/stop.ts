/** Stop signals: from its first line to its last the demo is asked to end, never ended, because what it made must be removed. */
import type { ChildProcess } from 'node:child_process';

/** Exit codes as shells have them: 128 and the signal's number. */
const CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
type StopSignal = keyof typeof CODES;

export class Stop {
  readonly #waiting: (() => void)[] = [];
  #name: StopSignal | null = null;
  #child: ChildProcess | null = null;

  constructor() {
    for (const name of Object.keys(CODES) as StopSignal[]) process.on(name, () => this.ask(name));
    // A terminal that was closed takes no more text: that is told by SIGHUP.
    process.stdout.on('error', () => undefined);
    process.stderr.on('error', () => undefined);
  }

  /** Was asked for. */
  get asked(): boolean {
    return this.#name !== null;
  }

  /** Exit code of a demo that was stopped; 0 for one that was not. */
  get code(): number {
    return this.#name === null ? 0 : CODES[this.#name];
  }

  /** Asks everything to end. What runs under the demo is told too: Ctrl-C reaches it by itself, a signal to the demo alone does not. */
  ask(name: StopSignal): void {
    this.#name ??= name;
    this.#child?.kill(name);
    for (const go of this.#waiting.splice(0)) go();
  }

  /** Waits for the end of a child: its exit code, or the word that it could not be started or was killed. A child that was stopped stops the demo. */
  async until(child: ChildProcess): Promise<number | string> {
    this.#child = child;
    const ended = await new Promise<number | string>((resolve) => {
      child.once('error', ({ message }) => resolve(message));
      child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
    });
    this.#child = null;
    for (const [name, code] of Object.entries(CODES))
      if (ended === code || ended === name) this.ask(name as StopSignal);
    return ended;
  }

  /** Waits until the demo is asked to end, or for the end of a stream. */
  async wait(stream: NodeJS.ReadableStream | null): Promise<void> {
    if (this.asked) return;
    const awake = setInterval(() => undefined, 60_000); // a signal handler alone keeps no process alive
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      stream?.once('end', resolve).once('error', resolve).resume();
    });
    clearInterval(awake);
  }
}
