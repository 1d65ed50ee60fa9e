/** docs/layouts.md says of each release what the layouts say. That it is up to date is asked of all generated files together. */
import { describe, expect, test } from 'vitest';
import { FILES } from '../../packaging/generated.ts';
import { LAYOUT_PARTS } from '../../packaging/layouts.ts';
import { LAYOUTS } from '../../src/layouts/index.ts';

/** Cells of the rows of a table, without its head. */
function rows(part: string): string[][] {
  return (LAYOUT_PARTS[part]?.() ?? [])
    .filter((line) => line.startsWith('| ') && !line.startsWith('| ---'))
    .map((line) =>
      line
        .slice(2, -2)
        .split(' | ')
        .map((cell) => cell.trim()),
    );
}

function row(part: string, first: string): string[] | undefined {
  return rows(part).find(([cell]) => cell === first);
}

describe('the document of the layouts', () => {
  test('is one of the generated files', () => {
    expect(FILES).toContain('docs/layouts.md');
  });

  test('names every path, service and database of every layout', () => {
    const text = Object.values(LAYOUT_PARTS)
      .flatMap((part) => part())
      .join('\n');
    const names = LAYOUTS.flatMap(({ components, kept, databaseServer }) => [
      databaseServer.unit,
      ...kept.map(({ path }) => path),
      ...components.flatMap(({ files, services, lines = [], database }) => [
        ...files.map(({ path }) => path),
        ...lines.map(({ path }) => path),
        ...services.map(({ unit }) => unit),
        ...(database ? [database.defaultName, database.defaultRole, ...database.encrypted] : []),
      ]),
    ]);
    expect(names.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });

  test('begins with a column for each release, marked where it has the component', () => {
    const [head, ...others] = rows('matrix');
    const known = LAYOUTS.flatMap(({ releases }) => releases);
    expect(new Set(head?.slice(1, -1))).toEqual(new Set(known));
    const marks = (title: string) => {
      const cells = others.find(([cell]) => cell === title) ?? [];
      return head?.filter((_, column) => cells[column] === 'x');
    };
    expect(marks('Reports')).toEqual(['3.1', '3.2', '3.3', '3.4', '3.5', '3.6']);
    expect(marks('Keycloak')).toEqual(['4.5']);
    expect(marks('Engine')).toEqual(expect.arrayContaining(known));
  });

  test('names every path once in the list of a component', () => {
    const paths = rows('files')
      .map(([cell]) => cell)
      .filter((cell) => cell !== 'path');
    expect(paths.filter((path, index) => paths.indexOf(path) !== index)).toEqual([]);
  });

  test('says from when to when, and with what it stays', () => {
    expect(row('components', 'Reports')).toEqual(['Reports', '3.1–3.6', '`ovirt-engine-reportsd` (3.5–3.6)']);
    expect(row('components', 'Keycloak')?.[1]).toBe('4.5');
    expect(row('files', '`/etc/ovirt-engine/engine.conf.d/11-setup-sso.conf`')?.slice(1, 3)).toEqual(['4.0–4.5', '–']);
    expect(row('files', '`/etc/pki/ovirt-engine/private/*.pem`')?.[2]).toBe('`--keep-pki`');
    expect(row('servers', '4.3')).toEqual(['4.3', '`rh-postgresql10-postgresql`', expect.any(String)]);
    expect(row('files', '`/etc/pki/ovirt-engine/.keystore`')?.[1]).toBe('3.0–3.1');
  });
});
