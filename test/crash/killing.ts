/** One kill and what must hold after it. */
import type { Report } from '../../src/model/report.ts';
import type { Kept } from './kept.ts';
import { type KillPoint, nameOf } from './kill-points.ts';
import type { Scene } from './scene.ts';

/** What is wrong right after a kill. Returns what backups hold by then too. */
async function afterKill(scene: Scene): Promise<{ trouble: string[]; kept: Kept[] }> {
  const { kept, lost } = await scene.lost();
  return { trouble: lost.map((what) => `${what} is not as it was, and in no whole backup`), kept };
}

/** The backups that were whole at the kill are whole still, byte for byte. */
function stillThere(before: readonly Kept[], after: readonly Kept[]): string[] {
  const gone = before.filter(({ run, digest }) => !after.some((one) => one.run === run && one.digest === digest));
  return gone.map(({ run }) => `the backup of ${run} is not what it was`);
}

/** What is wrong with the run after a kill, besides what it left. */
function wrongIn(scene: Scene, report: Report, killed: string | undefined): string[] {
  const failed = report.steps.filter(({ error }) => error !== null).map(({ id, error }) => `${id}: ${error}`);
  const code = report.exitCode === scene.end.code ? [] : [`exit ${report.exitCode} instead of ${scene.end.code}`];
  const names = report.steps.length === 0 || killed === undefined || report.continues?.run === killed;
  return [...failed, ...code, ...(names ? [] : [`it does not say that it continues ${killed}`])];
}

/** The run after a kill, and what must hold then. */
export async function goOn(scene: Scene, held: readonly Kept[]): Promise<string[]> {
  const killed = scene.begun();
  const { report } = await scene.rerun();
  return [...wrongIn(scene, report, killed), ...stillThere(held, await scene.kept()), ...(await scene.differences())];
}

export interface Tried {
  reached: boolean;
  trouble: string[];
}

async function tried(scene: Scene, kill: () => Promise<boolean>): Promise<Tried> {
  await scene.reset();
  if (!(await kill())) return { reached: false, trouble: [] };
  const { trouble, kept } = await afterKill(scene);
  return { reached: true, trouble: [...trouble, ...(await goOn(scene, kept))] };
}

/** Goes back to the beginning, kills the run there, and runs again. */
export const killAndGoOn = (scene: Scene, point: KillPoint): Promise<Tried> =>
  tried(scene, () => scene.killedAt(point));

/** The same, but it is the server that is killed, and started again. */
export const loseServerAndGoOn = (scene: Scene, point: KillPoint): Promise<Tried> =>
  tried(scene, () => scene.servedUntil(point));

/**
 * Kills run after run, each going on with what the one before left. Where one comes to its end without passing its place (nothing is left to do there), it must have ended as an undisturbed
 * one, and the host begins anew.
 */
export async function killInTurn(
  scene: Scene,
  points: readonly KillPoint[],
): Promise<{ reached: KillPoint[]; trouble: string[] }> {
  const reached: KillPoint[] = [];
  const trouble: string[] = [];
  let held: Kept[] = [];
  let fresh = false;
  for (const point of points) {
    const tell = (texts: readonly string[]): void =>
      void trouble.push(...texts.map((text) => `${nameOf(point)}: ${text}`));
    if (reached.length === 0) {
      await scene.reset();
      fresh = true;
    }
    let dead = await scene.killedAt(point);
    if (!dead && !fresh) {
      tell([...(await scene.differences()), ...stillThere(held, await scene.kept())]);
      await scene.reset();
      held = [];
      dead = await scene.killedAt(point);
    }
    if (!dead) continue;
    reached.push(point);
    fresh = false;
    const after = await afterKill(scene);
    tell([...after.trouble, ...stillThere(held, after.kept)]);
    held = after.kept;
  }
  if (reached.length > 0) trouble.push(...(await goOn(scene, held)));
  return { reached, trouble };
}
