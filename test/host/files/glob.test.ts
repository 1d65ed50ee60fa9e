import { symlinkSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scratch } from '../scratch.ts';

let scratch: Scratch;

beforeEach(() => {
  scratch = new Scratch();
  for (const path of [
    'certs/1000.pem',
    'certs/.hidden.pem',
    'certs/a.pem.bak',
    'certs/sub/deep.pem',
    'keys/k.p12',
    'x+y',
    'xxy',
    'certs/1000_pem',
  ]) {
    scratch.write(`/pki/${path}`, '');
  }
  scratch.mkdir('/pki/certs/dir.pem');
  scratch.write('/other/deep.pem', '');
  symlinkSync('/other', scratch.real('/pki/linked'));
  symlinkSync('none', scratch.real('/pki/certs/dangling.pem'));
});
afterEach(() => scratch.destroy());

describe('glob', () => {
  it.each([
    ['/pki/certs/*.pem', ['.hidden.pem', '1000.pem', 'dangling.pem', 'dir.pem'].map((name) => `/pki/certs/${name}`)],
    ['/pki/certs/*00.p*m', ['/pki/certs/1000.pem']],
    ['/pki/certs/1000.pem', ['/pki/certs/1000.pem']],
    ['/pki/certs/none', []],
    ['/pki/*/deep.pem', []],
    ['/pki/*/sub/*.pem', ['/pki/certs/sub/deep.pem']],
    ['/pki/*/k.p12', ['/pki/keys/k.p12']],
    ['/*/certs/1000.pem', ['/pki/certs/1000.pem']],
    // Nothing in a name but the star means more than itself.
    ['/pki/x+*', ['/pki/x+y']],
    ['/pki/certs/1000?pem*', []],
    ['/none/*', []],
    ['/pki/x+y/*', []],
    [
      '/pki/certs/**',
      ['.hidden.pem', '1000.pem', '1000_pem', 'a.pem.bak', 'dangling.pem', 'sub/deep.pem'].map(
        (name) => `/pki/certs/${name}`,
      ),
    ],
  ])('%s', async (pattern, found) => {
    expect(await scratch.files.glob(pattern)).toEqual(found);
  });

  it('names a link, and does not look behind it', async () => {
    expect(await scratch.files.glob('/pki/link*')).toEqual(['/pki/linked']);
    expect(await scratch.files.glob('/pki/link*/*')).toEqual([]);
    expect((await scratch.files.glob('/pki/**')).filter((path) => path.includes('linked'))).toEqual(['/pki/linked']);
  });

  it('does not take for absent what lies behind a link', async () => {
    await expect(scratch.files.glob('/pki/linked/*.pem')).rejects.toMatchObject({ code: 'ELOOP' });
  });

  it('takes a pattern that contains the root', async () => {
    expect(await scratch.files.glob(scratch.real('/pki/keys/*'))).toEqual(['/pki/keys/k.p12']);
  });
});
