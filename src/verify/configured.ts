/** Components that engine-setup takes for configured because of what they left behind, and then does not configure. Pure. */
import type { Facts } from '../model/facts.ts';
import type { ComponentLayout, Layout } from '../model/layout.ts';
import { realPath } from '../model/paths.ts';
import type { Check } from '../model/report.ts';
import { obstacle, told } from './check.ts';

/** The database of the component is full: setup takes it for an upgrade, and leaves the component's own configuration as it is. */
function besideDatabase(
  { databases, root }: Facts,
  { id, title }: ComponentLayout,
  configs: readonly string[],
): Check[] {
  const full = databases.find(({ component, foreign }) => component === id && foreign === null);
  if ((full?.content?.tables ?? 0) === 0) return [];
  const places = configs.map((path) => realPath(root, path));
  return [
    obstacle(
      `${id}-config`,
      `The ${full?.title} is full, but its encrypted password is not in ${places.join(' or ')}: engine-setup takes the host for an upgrade and does not write it there, so that the ${title} cannot log in.`,
      `Put that file back from a backup, or from ${places[0]}.rpmsave where the removal of a package left it.`,
    ),
  ];
}

/** An obstacle where the component is set up here, and something to know where it may be set up next. */
export function checkConfigured(facts: Facts, layout: Layout): Check[] {
  return facts.hollow.flatMap((id) => {
    const component = layout.components.find((one) => one.id === id);
    if (!component?.configuredBy) return [];
    const { state, configs } = component.configuredBy;
    if (state === null) return besideDatabase(facts, component, configs);
    const [left, config] = [state, configs[0]].map((path) => realPath(facts.root, path)) as [string, string];
    const detail = `${left} is there, but ${config} is not setup's: engine-setup takes ${component.title} for configured, and silently leaves it as it is.`;
    const hint = `Move ${left} away, or put ${config} back from a backup.`;
    return [
      facts.components.includes(id)
        ? obstacle(`${id}-config`, detail, hint)
        : told(`${id}-config`, `${detail} ${hint}`),
    ];
  });
}
