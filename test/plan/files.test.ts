/** Directories, the web server, and the files that are kept for a reason of their own. */
import { describe, expect, it } from 'vitest';
import type { Facts } from '../../src/model/facts.ts';
import { makePlan } from '../../src/plan/index.ts';
import { file, finished, identity, WISHES } from './facts.ts';
import { closure, idsOf, OPTIONS, planFor, removedBy, step, stepsOf } from './steps.ts';

describe('directories of setup', () => {
  const dir = (path: string, ...entries: string[]) => ({ path, identity: identity(7, 'dir'), entries });
  const files = [file('/etc/ovirt-imageio/conf.d/50-engine.conf', 'drop-ins')];

  it('go when they will be empty, children first, after everything in them', () => {
    const directories = [
      dir('/etc/ovirt-imageio', 'conf.d'),
      dir('/etc/ovirt-imageio/conf.d', '50-engine.conf'),
      dir('/etc/ovirt-vmconsole'),
    ];
    const plan = planFor(finished({ files, directories }));
    expect(step(plan, 'remove:directories')).toMatchObject({
      paths: ['/etc/ovirt-imageio/conf.d', '/etc/ovirt-imageio', '/etc/ovirt-vmconsole'],
      destructive: false,
    });
    expect(closure(plan, 'remove:directories')).toContain('remove:drop-ins');
  });

  it('stay with whatever else is in them', () => {
    const directories = [
      dir('/etc/ovirt-imageio', 'conf.d', 'precious'),
      dir('/etc/ovirt-imageio/conf.d', '50-engine.conf'),
    ];
    const plan = planFor(finished({ files, directories }));
    expect(stepsOf(plan, 'dirs-remove').map(({ paths }) => paths)).toEqual([['/etc/ovirt-imageio/conf.d']]);
    const other = [dir('/etc/ovirt-imageio/conf.d', '50-engine.conf', '99-admin.conf')];
    expect(idsOf(planFor(finished({ files, directories: other })))).not.toContain('remove:directories');
  });
});

describe('the web server', () => {
  const httpd = (active: boolean, usesOurCertificates = true) => ({ unit: 'httpd', active, usesOurCertificates });

  function reload(more: Partial<Facts>): string[] | null {
    const plan = planFor(finished({ webServer: httpd(true), ...more }));
    return idsOf(plan).includes('reload:httpd') ? [...closure(plan, 'reload:httpd')] : null;
  }

  it('is reloaded when its lines were reverted, its drop-ins or certificates went, and after that', () => {
    const lines = finished().lines;
    expect(reload({ files: [] })).toContain('revert:/etc/httpd/conf.d/ssl.conf');
    const dropIn = file('/etc/httpd/conf.d/z-ovirt-engine-proxy.conf', 'drop-ins');
    expect(reload({ files: [dropIn], lines: [] })).toContain('remove:drop-ins');
    const certificate = file('/etc/pki/ovirt-engine/certs/apache.cer', 'keystores', { keep: 'pki' });
    expect(reload({ files: [certificate], lines: [] })).toContain('remove:keystores');
    expect(lines).not.toEqual([]);
  });

  it('is left alone where nothing it reads has changed, and where it does not run', () => {
    const files = [file('/etc/ovirt-engine/engine.conf.d/10-setup-jboss.conf', 'drop-ins')];
    const lines = [{ ...finished().lines[0]!, path: '/etc/dnf/plugins/versionlock.list' }];
    expect(reload({ files, lines })).toBeNull();
    expect(reload({ webServer: httpd(false) })).toBeNull();
    expect(reload({ webServer: null })).toBeNull();
  });

  it('is told by the next run what one that died did not come to tell it, though nothing else is left to do', () => {
    const done = { webServer: httpd(true), files: [], lines: [], databases: [], services: [], directories: [] };
    const plan = (facts: Partial<Facts>, owesReload: boolean): string[] =>
      idsOf(makePlan(finished({ ...done, ...facts }), WISHES, { ...OPTIONS, owesReload }));
    expect(plan({}, true)).toEqual(['reload:httpd']);
    expect(plan({}, false)).toEqual([]);
    expect(plan({ webServer: httpd(false) }, true)).toEqual([]);
  });

  it('that does not run but has our certificates in its configuration is told', () => {
    const codes = planFor(finished({ webServer: httpd(false) })).warnings.map(({ code }) => code);
    expect(codes).toEqual(['web-server-configured']);
    expect(planFor(finished({ webServer: httpd(false, false) })).warnings).toEqual([]);
  });
});

describe('edited files', () => {
  const jboss = '/etc/ovirt-engine/engine.conf.d/10-setup-jboss.conf';
  const facts = finished({
    files: [
      file(jboss, 'drop-ins', { changed: true }),
      file(`${jboss}.20250101000000`, 'state', { changed: true, copyOf: jboss }),
      file('/etc/ovirt-engine/engine.conf.d/10-setup-java.conf', 'drop-ins'),
    ],
  });

  it('are removed by default, marked as edited; a copy that differs from its record is only a copy', () => {
    const plan = planFor(facts);
    expect(plan.changed).toEqual([jboss]);
    expect(stepsOf(plan, 'files-remove').flatMap(({ files }) => files)).toContainEqual(
      expect.objectContaining({ path: jboss, changed: true }),
    );
  });

  it('stay with --keep-changed, and nothing else does', () => {
    const plan = planFor(facts, { keepChanged: true });
    expect(removedBy(plan)).toHaveLength(2);
    expect(plan.kept.map(({ target }) => target)).toEqual([jboss]);
    expect(step(plan, 'rewrite:records')).toMatchObject({ keep: [jboss], edited: [jboss] });
  });
});

describe('a package file that setup wrote over', () => {
  const ini = '/etc/grafana/grafana.ini';
  const copy = `${ini}.20260101120000`;
  const facts = finished({
    files: [file(ini, 'drop-ins', { reset: true, original: copy }), file(copy, 'state', { copyOf: ini })],
  });

  it('becomes what the package had brought, before the copy goes that says what that was', () => {
    const plan = planFor(facts);
    expect(stepsOf(plan, 'files-reset')).toEqual([]);
    expect(stepsOf(plan, 'file-put-back')).toMatchObject([{ path: ini, from: copy }]);
    expect(removedBy(plan)).toEqual([copy]);
    expect(step(plan, 'remove:state').needs).toContain(`put-back:${ini}`);
    expect(stepsOf(plan, 'files-archive')[0]!.paths).toEqual(expect.arrayContaining([ini, copy]));
  });

  it('of a component that is kept with its state becomes what package removal put aside', () => {
    const aside = `${ini}.rpmsave`;
    const hollow = [{ component: 'grafana' as const, config: { path: ini, identity: null }, aside }];
    const lost = finished({ files: [file(aside, 'credential-copies')], hollow });
    const plan = planFor(lost, { keepDatabases: true });
    expect(stepsOf(plan, 'file-put-back')).toMatchObject([{ path: ini, from: aside, identity: null }]);
    expect(removedBy(plan)).toEqual([aside]);
    expect(step(plan, 'remove:credential-copies').needs).toContain(`put-back:${ini}`);
    expect(stepsOf(planFor(lost), 'file-put-back')).toEqual([]);
    const none = finished({ hollow: [{ ...hollow[0]!, aside: null }] });
    expect(stepsOf(planFor(none, { keepDatabases: true }), 'file-put-back')).toEqual([]);
  });
});

it('what a package owns and setup filled is emptied, not removed', () => {
  const plan = planFor(finished({ files: [file('/etc/grafana/grafana.ini', 'drop-ins', { reset: true })] }));
  expect(stepsOf(plan, 'files-reset')).toMatchObject([{ files: [{ path: '/etc/grafana/grafana.ini' }] }]);
  expect(removedBy(plan)).toEqual([]);
});
