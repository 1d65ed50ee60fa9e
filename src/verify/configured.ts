/** Components that engine-setup takes for configured because of what they left behind, and then does not configure. Pure. */
import type { Facts } from '../model/facts.ts';
import type { ComponentLayout, Layout } from '../model/layout.ts';
import { realPath } from '../model/paths.ts';
import type { Check } from '../model/report.ts';
import { obstacle, told } from './check.ts';

/** The way on where package removal put setup's configuration aside; null where it did not. */
function putBack({ root }: Facts, config: string, aside: string | null): string | null {
  if (aside === null) return null;
  return `Run "engine-cleanup -d": it puts ${realPath(root, config)} back from ${realPath(root, aside)}, where package removal put it.`;
}

/** The database of the component is full: setup takes it for an upgrade, and leaves the component's own configuration as it is. */
function besideDatabase(
  facts: Facts,
  { id, title }: ComponentLayout,
  configs: readonly string[],
  aside: string | null,
): Check[] {
  const { databases, root } = facts;
  const full = databases.find(({ component, foreign }) => component === id && foreign === null);
  if ((full?.content?.tables ?? 0) === 0) return [];
  const places = configs.map((path) => realPath(root, path));
  return [
    obstacle(
      `${id}-config`,
      `The ${full?.title} is full, but its encrypted password is not in ${places.join(' or ')}: engine-setup takes the host for an upgrade and does not write it there, so that the ${title} cannot log in.`,
      putBack(facts, configs[0]!, aside) ?? 'Put that file back from a backup.',
    ),
  ];
}

/** An obstacle where the component is set up here, and something to know where it may be set up next. */
export function checkConfigured(facts: Facts, layout: Layout): Check[] {
  return facts.hollow.flatMap(({ component: id, config, aside }) => {
    const component = layout.components.find((one) => one.id === id);
    if (!component?.configuredBy) return [];
    const { state, configs } = component.configuredBy;
    const real = (path: string): string => realPath(facts.root, path);
    if (state === null) return besideDatabase(facts, component, configs, aside);
    const detail = `${real(state)} is there, but ${real(config.path)} is not setup's: engine-setup takes ${component.title} for configured, and silently leaves it as it is.`;
    const hint =
      putBack(facts, config.path, aside) ?? `Move ${real(state)} away, or put ${real(config.path)} back from a backup.`;
    return [
      facts.components.includes(id)
        ? obstacle(`${id}-config`, detail, hint)
        : told(`${id}-config`, `${detail} ${hint}`),
    ];
  });
}
