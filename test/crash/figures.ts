/** How many places were tried, and from how many the next run came to the same end: printed by each test run, and added up by `npm run crash`. */
import { appendFileSync } from 'node:fs';

export class Figures {
  readonly #title: string;
  #tried = 0;
  #converged = 0;

  constructor(title: string) {
    this.#title = title;
  }

  count(converged: boolean): void {
    this.add(1, converged ? 1 : 0);
  }

  add(tried: number, converged: number): void {
    this.#tried += tried;
    this.#converged += converged;
  }

  tell(): void {
    process.stdout.write(`\nKill points, ${this.#title}: ${this.#tried} tried, ${this.#converged} converged\n`);
    const file = process.env.CRASH_FIGURES;
    const line = JSON.stringify({ title: this.#title, tried: this.#tried, converged: this.#converged });
    if (file) appendFileSync(file, `${line}\n`);
  }
}
