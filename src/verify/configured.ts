/** Components that engine-setup takes for configured because of what they left behind, and then does not configure. Pure. */
import type { Facts } from '../model/facts.ts';
import type { Layout } from '../model/layout.ts';
import { realPath } from '../model/paths.ts';
import type { Check } from '../model/report.ts';
import { obstacle, told } from './check.ts';

/** An obstacle where the component is set up here, and something to know where it may be set up next. */
export function checkConfigured(facts: Facts, layout: Layout): Check[] {
  return facts.hollow.flatMap(({ component: id, aside }) => {
    const component = layout.components.find((one) => one.id === id);
    if (!component?.configuredBy) return [];
    const [state, config] = [component.configuredBy.state, component.configuredBy.config].map((path) =>
      realPath(facts.root, path),
    ) as [string, string];
    const detail = `${state} is there, but ${config} is not setup's: engine-setup takes ${component.title} for configured, and silently leaves it as it is.`;
    const hint =
      aside === null
        ? `Move ${state} away, or put ${config} back from a backup.`
        : `Run "engine-cleanup -d": it puts ${config} back from ${realPath(facts.root, aside)}, where package removal put it.`;
    return [
      facts.components.includes(id)
        ? obstacle(`${id}-config`, detail, hint)
        : told(`${id}-config`, `${detail} ${hint}`),
    ];
  });
}
