/**
 * "A release is data in layouts/; if it needs code elsewhere, the design is wrong": what engine-setup of some release puts on a host — names of components, keys of
 * its files, paths, units and packages — stands in no other room. Names in comments explain, and are free.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { LAYOUTS } from '../../src/layouts/index.ts';

const SRC = new URL('../../src/', import.meta.url).pathname;

/** Rooms that work with whatever the layout says. */
const ROOMS = ['detect', 'plan', 'steps', 'apply', 'verify', 'backup'];

const COMPONENTS = new Set<string>(LAYOUTS.flatMap(({ components }) => components.map(({ id }) => id)));

/** Keys of setup's environment, paths of configuration and of the product's files, units and packages. */
const FACT = /OVESETUP_|\/etc\/|\/var\/lib\/(?!engine-cleanup\b)|\/opt\/rh\b|(?<![a-z])ovirt-[a-z]/;

/** What stays all the same, with its reason: a file, and the whole text. */
const ALLOWED: readonly Literal[] = [
  { file: 'verify/marker.ts', text: 'ovn-provider' }, // the name of a check, which reports show
  { file: 'detect/engine-store.ts', text: 'engine' }, // the alias of a key inside of a keystore, in every release that has such
  { file: 'detect/outside-tmp.ts', text: '/etc/passwd' }, // any system's own accounts: what a mounted image has, and a developer's prefix has not
];

interface Literal {
  file: string;
  text: string;
}

/** Texts of string, template and regular-expression literals; those of imports name files of the program. */
function literalsOf(file: string): Literal[] {
  const source = ts.createSourceFile(file, readFileSync(join(SRC, file), 'utf8'), ts.ScriptTarget.Latest, true);
  const found: Literal[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    const isTemplatePart = ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node);
    if (ts.isStringLiteralLike(node) || isTemplatePart || ts.isRegularExpressionLiteral(node))
      found.push({ file, text: node.text.replaceAll('\\/', '/') });
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const literals = ROOMS.flatMap((room) =>
  readdirSync(join(SRC, room), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => literalsOf(`${room}/${name}`)),
);
const facts = literals.filter(({ text }) => COMPONENTS.has(text) || FACT.test(text));

/** Those of `some` that are not among `others`. */
function without(some: readonly Literal[], others: readonly Literal[]): Literal[] {
  return some.filter(({ file, text }) => !others.some((one) => one.file === file && one.text === text));
}

describe('outside of the layouts', () => {
  it('no name of a component and nothing that setup writes stands in the code', () => {
    expect(without(facts, ALLOWED)).toEqual([]);
  });

  it('nothing is allowed that is no longer there', () => {
    expect(without(ALLOWED, facts)).toEqual([]);
  });

  it('texts are read, whatever kind of literal they are', () => {
    const texts = literals.map(({ text }) => text);
    expect(texts).toContain('not made by setup');
    expect(texts.some((text) => text.startsWith('/^tmp['))).toBe(true);
  });
});
