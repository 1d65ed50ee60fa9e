/** The end of a run: the host as it is now, held against what engine-setup stumbles over. */
import type { LookContext } from './detect/contact.ts';
import { lookAgain } from './detect/databases.ts';
import type { DetectOptions } from './detect/index.ts';
import { isApart, layoutOf, newestLayout } from './layouts/index.ts';
import type { Facts } from './model/facts.ts';
import type { Plan } from './model/plan.ts';
import type { Verdict } from './model/report.ts';
import { verify } from './verify/index.ts';

/**
 * Reads the host anew and judges it. The databases are asked with the credentials the run began with, which by now may be only in memory.
 *
 * @param reread reads the host again
 */
export async function closingCheck(
  context: LookContext,
  before: Facts,
  { keepPki }: Plan,
  reread: (more: Pick<DetectOptions, 'asked' | 'release'>) => Promise<Facts>,
): Promise<Verdict> {
  const known = before.databases.filter(({ foreign }) => foreign === null);
  const asked = known.map(({ component }) => component);
  const place = {
    ...context,
    layout: layoutOf(before.release) ?? newestLayout(),
    extraCa: before.pki.caPem === null ? [] : [before.pki.caPem],
  };
  const [again, after] = await Promise.all([lookAgain(place, known), reread({ asked, release: before.release })]);
  // The certificates of a host without the main component say nothing of it once the rest is gone.
  const components = isApart(place.layout, before.components) ? before.components : after.components;
  return verify({ ...after, release: before.release, components, databases: [...again, ...after.databases] }, keepPki);
}
