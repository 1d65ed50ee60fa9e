/** Taking setup's section out of a password file: real files, other people's lines around it. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { withoutSection } from '../../src/detect/read/password-section.ts';
import { createFiles } from '../../src/host/files/index.ts';
import { g5 } from '../../src/layouts/g5.ts';
import type { ComponentLayout, Layout } from '../../src/model/layout.ts';
import type { StepOf } from '../../src/model/plan.ts';
import type { StepContext } from '../../src/steps/context.ts';
import { sectionRemove } from '../../src/steps/section-remove.ts';

const PGPASS = '/root/.pgpass';
const NAMES = { defaultName: 'engine', defaultRole: 'engine' };
const rule = { path: PGPASS, begin: /^# begin$/, end: /^# end$/ };
const layout: Layout = {
  ...g5,
  components: g5.components.map((component): ComponentLayout => {
    if (component.id !== 'engine' || !component.database) return component;
    return { ...component, database: { ...component.database, passwordFiles: [rule] } };
  }),
};
const SECTION = '# begin\nlocalhost:5432:*:postgres:x\n# end\n';
const BEFORE = 'db:5432:a:me:\xe9\xff\r\nlocalhost:5432:*:postgres:x\n';
const AFTER = '\n# mine\ndb:5432:b:me:y';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'engine-cleanup-section-'));
  write(BEFORE + SECTION + AFTER);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const real = () => join(root, PGPASS);
const text = () => readFileSync(real(), 'latin1');
function write(content: string): void {
  mkdirSync(dirname(real()), { recursive: true });
  writeFileSync(real(), content, { encoding: 'latin1', mode: 0o600 });
}

const context = () => ({ layout, host: { files: createFiles(root) } }) as unknown as StepContext;
function step(): StepOf<'section-remove'> {
  const { sha256 } = withoutSection(SECTION, rule, NAMES)!;
  const base = { id: '', title: '', target: '', needs: [], destructive: true };
  return { ...base, kind: 'section-remove', path: PGPASS, component: 'engine', sha256 };
}

it('leaves every other byte, and owner and mode, as they were; a second time there is nothing to do', async () => {
  expect(await sectionRemove.probe(step(), context())).toBe(false);
  await sectionRemove.apply(step(), context());
  expect(text()).toBe(BEFORE + AFTER);
  expect(statSync(real()).mode & 0o777).toBe(0o600);
  expect(await sectionRemove.probe(step(), context())).toBe(true);
  const { mtimeMs } = statSync(real());
  await sectionRemove.apply(step(), context());
  expect(statSync(real()).mtimeMs).toBe(mtimeMs);
});

it('finds it where it stands by then', async () => {
  write(`one:5432:more:line:z\n${SECTION}`);
  await sectionRemove.apply(step(), context());
  expect(text()).toBe('one:5432:more:line:z\n');
});

it('is done where the file is gone', async () => {
  rmSync(real());
  expect(await sectionRemove.probe(step(), context())).toBe(true);
  await sectionRemove.apply(step(), context());
  expect(existsSync(real())).toBe(false);
});

it('does not take out one that another setup wrote since, and says nothing of what is in it', async () => {
  const other = BEFORE + SECTION.replace(':x', ':hunter2');
  write(other);
  await expect(sectionRemove.apply(step(), context())).rejects.toThrow(/another one than the plan saw/);
  await expect(sectionRemove.apply(step(), context())).rejects.not.toThrow(/hunter2/);
  expect(text()).toBe(other);
});

it('leaves a file in which nobody can tell which lines are setup’s', async () => {
  write(SECTION + SECTION);
  await sectionRemove.apply(step(), context());
  expect(text()).toBe(SECTION + SECTION);
});
