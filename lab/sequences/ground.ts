/**
 * The two hosts of a release that sequences begin on, each made once: one on which packages were installed and nothing was set up, and one on which setup succeeded. Every sequence has a box
 * of its own on top of one of them, which boots while the one before still works.
 */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { Box } from '../box.ts';
import { MASKED, PROJECT } from '../host.ts';
import { repositoryOf } from '../packages/repository.ts';
import { RpmHost, withRpm } from '../packages/rpm-host.ts';
import type { View } from './left.ts';
import type { DatabasePlace } from './place.ts';
import type { SequenceRelease } from './releases.ts';
import { SequenceHost } from './sequence-host.ts';
import { makeSurvivors } from './survivors.ts';

export const BEGINNINGS = ['installed', 'set up'] as const;
export type Beginning = (typeof BEGINNINGS)[number];

/** The program as its package would install it. */
const PROGRAM = `printf '#!/bin/sh\\nexec ${process.execPath} ${PROJECT}/dist/engine-cleanup.cjs "$@"\\n' >/usr/local/bin/engine-cleanup
chmod 755 /usr/local/bin/engine-cleanup`;

export class Ground {
  readonly release: SequenceRelease;
  readonly place: DatabasePlace;
  readonly #standIn: string;
  readonly #boxes = new Map<Beginning, Box>();
  /** Boots for the next sequence. */
  readonly #next = new Map<Beginning, Promise<SequenceHost>>();
  readonly #ending: Promise<void>[] = [];
  /** Boxes so far: each has a name of its own. */
  #count = 0;
  /** Databases and roles before any setup, and after the first. */
  readonly catalogues = new Map<Beginning, string[]>();

  private constructor(release: SequenceRelease, place: DatabasePlace, standIn: string) {
    this.release = release;
    this.place = place;
    this.#standIn = standIn;
  }

  /** @param standIn path of the program that plays engine-setup */
  static async prepare(release: SequenceRelease, place: DatabasePlace, standIn: string): Promise<Ground> {
    const ground = new Ground(release, place, standIn);
    try {
      await ground.#install();
      await ground.#setUp();
      return ground;
    } catch (error) {
      await ground.destroy();
      throw error;
    }
  }

  /** The host before any setup. */
  get before(): View {
    return this.#boxes.get('installed')!;
  }

  /** The host on which setup succeeded. */
  get setUp(): View {
    return this.#boxes.get('set up')!;
  }

  async #install(): Promise<void> {
    const box = await this.#boot([]);
    this.#boxes.set('installed', box);
    const rpm = await withRpm(box, this.release.edition);
    rpm.yum('install', 'ovirt-engine', ...this.release.packages);
    rpm.sh(`${PROGRAM}\n${makeSurvivors(rpm.edition)}`);
    await this.place.install(rpm);
    this.catalogues.set('installed', new SequenceHost(this, rpm, 'installed').catalogue());
    this.place.keep?.('installed');
    await box.shutDown();
  }

  async #setUp(): Promise<void> {
    const host = await this.#bootOn('installed');
    this.#boxes.set('set up', host.box);
    this.place.give?.(host.rpm, 'installed');
    const { code, outcome, output } = host.setup();
    if (code !== 0 || outcome?.damage.length !== 0) throw new Error(`the first setup failed: ${output}`);
    this.catalogues.set('set up', host.catalogue());
    this.place.keep?.('set up');
    await host.box.shutDown();
  }

  #boot(layers: readonly string[]): Promise<Box> {
    this.#count += 1;
    return Box.boot(`sequence-${this.release.edition}-${this.#count}`, PROJECT, MASKED, layers);
  }

  async #bootOn(beginning: Beginning): Promise<SequenceHost> {
    const box = await this.#boot(this.#boxes.get(beginning)!.layers);
    for (const edition of [this.release.edition, this.release.older]) {
      if (edition === undefined) continue;
      cpSync(await repositoryOf(edition), join(box.shared, 'repositories', edition), { recursive: true });
    }
    cpSync(this.#standIn, join(box.shared, 'engine-setup.cjs'));
    return new SequenceHost(this, new RpmHost(box, this.release.edition), beginning);
  }

  /** A host for one sequence. */
  async begin(beginning: Beginning): Promise<SequenceHost> {
    const host = await (this.#next.get(beginning) ?? this.#bootOn(beginning));
    const next = this.#bootOn(beginning);
    next.catch(() => {}); // whoever takes it is told
    this.#next.set(beginning, next);
    this.place.give?.(host.rpm, beginning);
    return host;
  }

  /** Takes a host away while others go on. */
  end(host: SequenceHost): void {
    this.#ending.push(host.box.destroy());
  }

  async destroy(): Promise<void> {
    for (const next of this.#next.values()) await next.then(({ box }) => box.destroy()).catch(() => {});
    await Promise.all(this.#ending);
    for (const box of this.#boxes.values()) await box.destroy();
    await this.place.destroy?.();
  }
}
