/** Servers of the time of 3.0 and 3.1 (8.4, 9.1): there is none to try, so a connection that says what they say stands in for one. */
import { describe, expect, it } from 'vitest';
import type { Connection, QueryRow } from '../../../src/host/port.ts';
import { inspectContent } from '../../../src/host/postgres/inspect.ts';
import { reachOf } from '../../../src/host/postgres/reach.ts';
import { g5 } from '../../../src/layouts/g5.ts';
import { databaseLayoutOf } from '../../../src/layouts/index.ts';
import { database, finished } from '../../plan/facts.ts';
import { planFor } from '../../plan/steps.ts';
import { errorOf } from './helpers.ts';

const server = (version: number): Connection & { asked: string[] } => {
  const asked: string[] = [];
  return {
    asked,
    async query<T extends QueryRow>(sql: string): Promise<T[]> {
      asked.push(sql);
      return [{ version, serverId: '1/1', jit: null }] as unknown as T[];
    },
    close: async () => undefined,
  };
};

describe('a server that is too old to be looked into', () => {
  it.each([
    [80420, '8.4'],
    [90124, '9.1'],
  ])('%i says so, before anything is asked that it does not know', async (version, name) => {
    const old = server(version);
    const error = await errorOf(inspectContent(old, databaseLayoutOf(g5, 'engine')!));
    expect(error.message).toContain(`its server is PostgreSQL ${name}`);
    expect(old.asked).toHaveLength(1);
    expect(old.asked[0]).not.toMatch(/json/);

    const fact = database({ reach: reachOf(error), content: null });
    const [refusal] = planFor(finished({ databases: [fact] })).refusals;
    expect(refusal).toMatchObject({ check: 'database', message: expect.stringContaining(`PostgreSQL ${name}`) });
    expect(refusal!.hint).not.toContain('Start the server');
    expect(planFor(finished({ databases: [fact] }), { keepDatabases: true }).refusals).toEqual([]);
  });
});
