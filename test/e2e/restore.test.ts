/** What a run removed comes back as it was: files with all they had, databases, rows, services; and what changed since is not overwritten. */
import { chmodSync, chownSync, lstatSync, readlinkSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { Entry } from '../fixture/listing.ts';
import { callerUid } from '../fixture/project.ts';
import { run } from '../fixture/run.ts';
import { Box, difference, SECRETS } from './harness.ts';

let box: Box;
afterEach(() => box.destroy());

const SAME = { gone: [], made: [], changed: [] };

/** Setup made it, and it goes when it is empty. */
const DIRECTORY = '/var/lib/ovirt-engine/dbmd5';

/** What a run leaves of itself. */
const OWN = /^\/(?:var\/lib\/engine-cleanup|run|var\/log\/ovirt-engine\/engine-cleanup\.log)(?:\/|$)/;

/** Content, mode, owner and target of everything, and the time of what is not a directory. */
function picture(): (Entry & { mtimeMs: number | null })[] {
  return box.host
    .listing()
    .filter(({ path }) => !OWN.test(path))
    .map((entry) => ({ ...entry, mtimeMs: entry.type === 'dir' ? null : lstatSync(box.path(entry.path)).mtimeMs }));
}

async function dump(database: string): Promise<string> {
  const { bin, env } = box.server.programs;
  const text = await run(`${bin}/pg_dump`, box.server.clientArgs(database), { env });
  return text.replace(/^\\(?:un)?restrict .*$/gm, '');
}

const startLinks = (): string[] =>
  box.host.services.names.map((name) => readlinkSync(box.path(`/etc/rc3.d/S90${name}`)));

describe('a clearing run', () => {
  it('comes back whole, with its services, and a second restore has nothing to do', { timeout: 240_000 }, async () => {
    box = await Box.make({ dwh: true, grafana: true, keycloak: true, firewalld: true, services: true });
    const databases = ['engine', 'ovirt_engine_history', 'ovirt_engine_keycloak'];
    chmodSync(box.path(DIRECTORY), 0o750);
    if (callerUid() === 0) chownSync(box.path(DIRECTORY), 108, 108);
    const [running, links, files] = [box.host.services.running(), startLinks(), picture()];
    const texts = await Promise.all(databases.map(dump));

    const cleanup = await box.json(['-u']);
    expect(cleanup.report).toMatchObject({ exitCode: 0, databases: databases.map(() => ({ action: 'clear' })) });

    const { report, outcome } = await box.json(['restore', '-u']);
    expect(report.steps.filter(({ error }) => error !== null)).toEqual([]);
    expect(report).toMatchObject({ command: 'restore', outcome: 'ok', restores: cleanup.report.run!.id });
    expect(difference(files, picture())).toEqual(SAME);
    expect(await Promise.all(databases.map(dump))).toEqual(texts);
    expect(box.host.services.running()).toEqual(running);
    expect(startLinks()).toEqual(links);
    for (const secret of SECRETS) expect(box.written() + outcome.stderr).not.toContain(secret);

    const again = await box.json(['restore', '-u']);
    expect(again.report).toMatchObject({ outcome: 'nothing-to-do', changed: false, restores: cleanup.report.run!.id });
    expect(difference(files, picture())).toEqual(SAME);
  });
});
