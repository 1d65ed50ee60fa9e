/** What a story is told with: each word is a command that somebody types, and what must come of it. */
import { expect } from 'vitest';
import type { Report } from '../../src/model/report.ts';
import type { EditionName } from '../packages/editions.ts';
import type { Stage } from '../stand-in/base/stages.ts';
import type { SequenceHost } from './sequence-host.ts';

export interface Step {
  /** As it would be typed. */
  text: string;
  run: (host: SequenceHost) => void | Promise<void>;
}

export function yum(word: 'install' | 'remove' | 'upgrade', ...packages: string[]): Step {
  return { text: ['yum', word, ...packages].join(' '), run: ({ rpm }) => void rpm.yum(word, ...packages) };
}

export const remove = yum('remove', 'ovirt-engine');

/** The engine, and what was installed beside it: some of that went with it. */
export const install: Step = {
  text: 'yum install ovirt-engine',
  run: ({ rpm, ground }) => void rpm.yum('install', 'ovirt-engine', ...ground.release.packages),
};

/** The repository offers another version from now on. */
export function offer(edition: EditionName): Step {
  return { text: `# ${edition} is published`, run: ({ rpm }) => rpm.offer(edition) };
}

export function sh(script: string): Step {
  return { text: script, run: ({ rpm }) => void rpm.sh(script) };
}

/** What went wrong in a run of engine-cleanup, for a message. */
function story({ outcome, steps, verify }: Report) {
  return {
    outcome,
    failed: steps?.filter(({ error }) => error),
    obstacles: verify?.checks.filter(({ ok }) => !ok),
  };
}

/** What it said, the refusals first: the first lines of a message are what a busy reader sees. */
function said({ refusals = [] }: Report, stderr: string): string {
  return [...refusals.map(({ message }) => message), stderr].join('\n');
}

/** It must end well, with a host that is ready. */
export function cleanup(...words: string[]): Step {
  return {
    text: `engine-cleanup ${words.join(' ')}`,
    run: (host) => {
      const { code, report, stderr } = host.cleanup(...words);
      expect(story(report), said(report, stderr)).toMatchObject({ outcome: 'ok', failed: [], obstacles: [] });
      expect(code).toBe(0);
    },
  };
}

/** It ends, and says what engine-setup would stumble over: the check that is named, and nothing else. */
export function unready(check: string, ...words: string[]): Step {
  return {
    text: `engine-cleanup ${words.join(' ')} # not ready: ${check}`,
    run: (host) => {
      const { code, report, stderr } = host.cleanup(...words);
      const { outcome, failed } = story(report);
      expect({ outcome, failed }, said(report, stderr)).toEqual({ outcome: 'unready', failed: [] });
      expect(report.verify?.checks.filter(({ ok }) => !ok).map(({ id }) => id)).toEqual([check]);
      expect(code).toBe(6);
    },
  };
}

/** A cleanup and the restore that undoes it: files, databases with their rows, roles and services are as they were. */
export function thereAndBack(...words: string[]): Step {
  return {
    text: `engine-cleanup ${words.join(' ')}; engine-cleanup restore -u`,
    run: async (host) => {
      const [before, services] = [host.contents(), host.services()];
      await cleanup(...words).run(host);
      expect(host.contents()).not.toEqual(before);
      const { code, report, stderr } = host.cleanup('restore', '-u');
      expect(story(report), said(report, stderr)).toMatchObject({ outcome: 'ok', failed: [] });
      expect(report.warnings).toEqual([]);
      expect(code).toBe(0);
      const now = host.contents();
      const gone = before.filter((line) => !now.includes(line)).map((line) => `- ${line}`);
      const made = now.filter((line) => !before.includes(line)).map((line) => `+ ${line}`);
      expect([...gone, ...made], [...gone, ...made].join('\n')).toEqual([]);
      expect(host.services()).toEqual(services);
    },
  };
}

/** A run that may find something to do: packages came or went since the one before. */
export function again(...words: string[]): Step {
  return {
    text: `engine-cleanup ${words.join(' ')}`,
    run: (host) => {
      const { code, report, stderr } = host.cleanup(...words);
      expect(story(report), said(report, stderr)).toMatchObject({ failed: [], obstacles: [] });
      expect(code).toBe(0);
    },
  };
}

/** A run with nothing to do: it changes nothing but the log. */
export function needless(...words: string[]): Step {
  return {
    text: `engine-cleanup ${words.join(' ')} # nothing to do`,
    run: (host) => {
      const before = host.state();
      const { code, report } = host.cleanup(...words);
      expect(story(report)).toMatchObject({ outcome: 'nothing-to-do', failed: [], obstacles: [] });
      expect({ code, changed: report.changed }).toEqual({ code: 0, changed: false });
      expect(host.state()).toBe(before);
    },
  };
}

/** Exit 3, for the named reason and in words that say what is missing; nothing was changed. */
export function refused(check: string, says: RegExp, ...words: string[]): Step {
  return {
    text: `engine-cleanup ${words.join(' ')} # refused: ${check}`,
    run: (host) => {
      const before = host.state();
      const { code, report } = host.cleanup(...words);
      expect(report.refusals.map(({ check: found }) => found)).toContain(check);
      expect(report.refusals.map(({ message, hint }) => `${message} ${hint}`).join('\n')).toMatch(says);
      expect({ code, outcome: report.outcome, changed: report.changed }).toEqual({
        code: 3,
        outcome: 'refused',
        changed: false,
      });
      expect(host.state()).toBe(before);
    },
  };
}

/** A setup that succeeds. `damage`: ids of what it spoils silently, which is nothing unless it is said. */
export function setup(taken: 'new' | 'upgrade', ...damage: string[]): Step {
  return {
    text: damage.length === 0 ? 'engine-setup' : `engine-setup # spoils ${damage.join(', ')}`,
    run: (host) => {
      const { code, outcome, output } = host.setup();
      const said = { code, failed: outcome?.failed, taken: outcome?.taken };
      expect(said, output).toEqual({ code: 0, failed: null, taken });
      const found = outcome!.damage.map((text) => text.replace(/:.*/s, ''));
      expect([...new Set(found)].sort(), output).toEqual([...damage].sort());
    },
  };
}

/** A setup that says it succeeded, and spoilt at least this. */
export function spoilt(taken: 'new' | 'upgrade', damage: string): Step {
  return {
    text: `engine-setup # spoils ${damage}`,
    run: (host) => {
      const { code, outcome, output } = host.setup();
      const said = { code, failed: outcome?.failed, taken: outcome?.taken };
      expect(said, output).toEqual({ code: 0, failed: null, taken });
      expect(
        outcome!.damage.map((text) => text.replace(/:.*/s, '')),
        output,
      ).toContain(damage);
    },
  };
}

/** What systemd-run makes of a command that was killed. */
const KILLED = 255;

/** A setup that is killed. */
export function killed(stage: Stage): Step {
  return {
    text: `engine-setup & kill -9 $! # at ${stage}`,
    run: (host) => {
      const { code, outcome, output } = host.setup(`--die-at=${stage}`);
      expect({ code, outcome }, output).toEqual({ code: KILLED, outcome: null });
    },
  };
}

/** A setup that is interrupted, and rolls back. */
export function interrupted(stage: Stage): Step {
  return {
    text: `engine-setup # Ctrl-C at ${stage}`,
    run: (host) => {
      const { code, outcome, output } = host.setup(`--sigint-at=${stage}`);
      expect({ code, failed: outcome?.failed }, output).toEqual({ code: 1, failed: `SIGINT at stage ${stage}` });
    },
  };
}

/** A setup that gives up by itself. */
export function stuck(says: RegExp): Step {
  return {
    text: `engine-setup # stops: ${says.source}`,
    run: (host) => {
      const { code, outcome, output } = host.setup();
      expect(outcome?.failed ?? '', output).toMatch(says);
      expect(code).toBe(1);
    },
  };
}
