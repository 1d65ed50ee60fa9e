/** What of a dump's table of contents is made again. The lines are those of pg_restore --list. */
import { describe, expect, it } from 'vitest';
import { entriesOf, withoutExtensionComments } from '../../../src/host/postgres/contents.ts';

const HEAD = [';', '; Archive created at 2026-11-28 18:53:19 UTC', ';     TOC Entries: 1873', ''];
const EXTENSIONS = ['2; 3079 16386 EXTENSION - uuid-ossp ', '4213; 0 0 COMMENT - EXTENSION "uuid-ossp" '];
const OURS = [
  '8; 2615 17001 SCHEMA - aaa_jdbc engine',
  '215; 1259 16390 TABLE public an EXTENSION to it engine',
  '3456; 0 16390 TABLE DATA public an EXTENSION to it engine',
  '4214; 0 0 DEFAULT ACL public DEFAULT PRIVILEGES FOR TABLES engine',
  '3590; 2605 17300 CAST CAST (public.mood AS integer) ',
  '4000; 0 0 BLOBS - BLOBS ',
  '4100; 6104 17500 PUBLICATION - our own engine',
  '4101; 6106 17501 PUBLICATION TABLE public our own job ',
  '4102; 6106 17504 PUBLICATION TABLE public our own vds_static engine',
];
const THEIRS = [
  '3589; 2605 17214 CAST CAST (text AS integer) ',
  '9; 2615 17002 SCHEMA - kept engine',
  '4110; 6104 17502 PUBLICATION - every thing postgres',
  // Its name is that of the schema of all our tables.
  '4109; 6104 17505 PUBLICATION - public postgres',
  '4111; 6106 17503 PUBLICATION TABLE public every thing job ',
  '4112; 0 0 ACL - SCHEMA public pg_database_owner',
  '4113; 0 0 DEFAULT ACL public DEFAULT PRIVILEGES FOR TABLES an other',
  '4114; 1259 17600 VIEW public report of an engine reporting',
];

describe('the entries of a role', () => {
  it('are its own and nobody’s: not those of others, nor what was left', () => {
    const contents = [...HEAD, ...EXTENSIONS, ...OURS, ...THEIRS].join('\n');
    const present = new Set(['2605 17214', '2615 17002']);
    expect(entriesOf('engine', contents, present).split('\n')).toEqual([...HEAD, ...OURS]);
  });

  it('are found for a name that pg_restore shows in one line', () => {
    const line = '215; 1259 16390 TABLE public job two lines';
    expect(entriesOf('two\nlines', line, new Set())).toBe(line);
    expect(entriesOf('lines', line.replace('two lines', 'two-lines'), new Set())).toBe('');
  });
});

it('comments on extensions are left out by kind, not by a word in a name', () => {
  const contents = [...HEAD, ...EXTENSIONS, ...OURS].join('\n');
  expect(withoutExtensionComments(contents).split('\n')).toEqual([...HEAD, EXTENSIONS[0], ...OURS]);
});
