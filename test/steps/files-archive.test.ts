/** The archive of a run and the removal that depends on it, on real files. */
import { mkdirSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Backup } from '../../src/backup/backup.ts';
import { layoutOf } from '../../src/layouts/index.ts';
import { HostError, type Warning } from '../../src/model/errors.ts';
import type { StepOf } from '../../src/model/plan.ts';
import type { StepContext } from '../../src/steps/context.ts';
import { filesArchive } from '../../src/steps/files-archive.ts';
import { filesRemove } from '../../src/steps/files-remove.ts';
import { Scratch } from '../host/scratch.ts';

const GRAFANA = '/var/lib/grafana/grafana.db';
const CONF = '/etc/ovirt-engine/engine.conf.d/10-setup-jboss.conf';

let scratch: Scratch;
let backup: Backup;
let warnings: Warning[];

beforeEach(() => {
  scratch = new Scratch();
  scratch.write(GRAFANA, 'rows');
  scratch.write(CONF, 'JBOSS_HOME=/usr/share/ovirt-engine-wildfly\n');
  backup = new Backup(join(scratch.dir, 'backup'), 'run');
  mkdirSync(backup.dir);
  warnings = [];
});
afterEach(() => scratch.destroy());

/** What the two steps use of a run. */
function context(more: Partial<StepContext> = {}): StepContext {
  const used: Partial<StepContext> = {
    host: { files: scratch.files } as StepContext['host'],
    layout: layoutOf('4.5')!,
    tools: { pgDump: null, pgRestore: null, psql: null, tar: { path: '/usr/bin/tar' } },
    timeoutMs: 20_000,
    backup,
    onBytes: () => undefined,
    warn: (warning) => warnings.push(warning),
    signal: new AbortController().signal,
  };
  return { ...used, ...more } as StepContext;
}

const base = { id: '', title: '', target: '', needs: [], destructive: false };

function archiveStep(paths: string[]): StepOf<'files-archive'> {
  return { ...base, kind: 'files-archive', paths };
}

async function removeStep(): Promise<StepOf<'files-remove'>> {
  const files = await Promise.all(
    [GRAFANA, CONF].map(async (path) => ({ path, identity: await scratch.identity(path), why: 'written by setup' })),
  );
  return { ...base, kind: 'files-remove', files };
}

describe('files-archive', () => {
  it('adds the archive to the backup as files.tar.gz, the name its README gives', async () => {
    await filesArchive.apply(archiveStep([GRAFANA, CONF, '/etc/ovirt-engine/gone']), context());
    expect(backup.members).toEqual([
      {
        name: 'files.tar.gz',
        kind: 'files',
        sizeBytes: expect.any(Number),
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ]);
    expect(readdirSync(backup.dir)).toEqual(['files.tar.gz']);
    expect([...backup.archived.keys()]).toEqual([GRAFANA, CONF]);
    expect(warnings).toEqual([]);
  });

  it('adds nothing where all files are gone', async () => {
    await filesArchive.apply(archiveStep(['/etc/ovirt-engine/gone']), context());
    expect(backup.members).toEqual([]);
    expect(readdirSync(backup.dir)).toEqual([]);
  });

  it('is always to be done: each run has a backup of its own', async () => {
    expect(await filesArchive.probe(archiveStep([CONF]), context())).toBe(false);
  });

  it('without tar says what to install, and adds nothing', async () => {
    const tools = { pgDump: null, pgRestore: null, psql: null, tar: null };
    await expect(filesArchive.apply(archiveStep([CONF]), context({ tools }))).rejects.toThrow(HostError);
    expect(backup.members).toEqual([]);
  });
});

describe('files-remove', () => {
  it('removes what was planned, without a backup too', async () => {
    const step = await removeStep();
    await filesRemove.apply(step, context({ backup: null }));
    expect(await filesRemove.probe(step, context())).toBe(true);
  });

  it('removes a file that its service wrote to while it was stopped: the backup has that', async () => {
    const step = await removeStep();
    scratch.write(GRAFANA, 'rows, and one more at the end');
    await filesArchive.apply(archiveStep([GRAFANA, CONF]), context());
    await filesRemove.apply(step, context());
    expect(scratch.exists(GRAFANA)).toBe(false);
  });

  it('keeps what was written after the backup, removes the rest, and says which', async () => {
    const step = await removeStep();
    await filesArchive.apply(archiveStep([GRAFANA, CONF]), context());
    scratch.write(GRAFANA, 'rows of an administrator');
    await expect(filesRemove.apply(step, context())).rejects.toThrow(/grafana\.db was written to/);
    expect([scratch.exists(GRAFANA), scratch.exists(CONF)]).toEqual([true, false]);
    expect(await filesRemove.probe(step, context())).toBe(false);
  });

  it('keeps another file of the same name, even where that is the one in the backup', async () => {
    const step = await removeStep();
    // Made before the first one goes, so that it cannot get its inode number.
    scratch.write(`${GRAFANA}.new`, 'of another installation');
    renameSync(scratch.real(`${GRAFANA}.new`), scratch.real(GRAFANA));
    await filesArchive.apply(archiveStep([GRAFANA, CONF]), context());
    await expect(filesRemove.apply(step, context())).rejects.toThrow(/another file/);
    expect(scratch.exists(GRAFANA)).toBe(true);
  });
});
