/** Rows of a full database that engine-setup looks at before it upgrades it. Which, and in what words, is the layout's. Pure. */
import type { DatabaseContent, Stumble } from '../model/facts.ts';
import type { DatabaseLayout, StumbleLayout } from '../model/layout.ts';
import type { Check } from '../model/report.ts';
import { listed, obstacle, told } from './check.ts';

function stumbleCheck(words: StumbleLayout, { count, names }: Stumble, name: string): Check {
  const { check, severity, what, effect, hint } = words;
  const which = names.length === 0 ? '' : `: ${listed(names, count)}`;
  const detail = `${name} holds ${what}${which}. engine-setup ${effect}.`;
  return severity === 'obstacle' ? obstacle(check, detail, hint) : told(check, `${detail} ${hint}`);
}

/** The hosted engine's machine: as long as it may be started anew at any time, setup refuses to work on its database. */
function hostedEngine({ hostedEngine: state }: DatabaseContent, { questions }: DatabaseLayout): Check[] {
  if (state === 'active') {
    return [
      obstacle(
        'hosted-engine',
        'The engine is a hosted engine outside global maintenance: engine-setup refuses.',
        'Run "hosted-engine --set-maintenance --mode=global" on one of its hosts.',
      ),
    ];
  }
  const override = questions?.hostedEngine?.override;
  if (state !== 'idle' || override === undefined) return [];
  return [
    obstacle(
      'hosted-engine',
      'The database holds the machine of a hosted engine, which runs on none of its hosts: engine-setup takes that for one outside global maintenance, and refuses.',
      `If this is no hosted engine any more, give engine-setup an answer file with ${override}=bool:True.`,
    ),
  ];
}

/** What is in the way of an upgrade although the database is whole. `name`: the database, as messages have it. */
export function checkStumbles(content: DatabaseContent, layout: DatabaseLayout, name: string): Check[] {
  const { stumbles } = content;
  const checks = hostedEngine(content, layout);
  if (stumbles.state === 'failed') {
    checks.push(
      told(
        'upgrade-rows',
        `what engine-setup would stumble over in ${name} could not be looked for: ${stumbles.message}`,
      ),
    );
  }
  const words = [...(layout.stumbles ?? []), ...(layout.references ? [layout.references] : [])];
  const found = stumbles.state === 'asked' ? stumbles.found : [];
  return [
    ...checks,
    ...words.flatMap((one) => {
      const stumble = found.find(({ check }) => check === one.check);
      return stumble ? [stumbleCheck(one, stumble, name)] : [];
    }),
  ];
}
