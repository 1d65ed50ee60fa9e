/** Marker, records and shared files as engine-setup will find them. Pure. */
import type { Facts } from '../model/facts.ts';
import type { Layout } from '../model/layout.ts';
import type { Check } from '../model/report.ts';

function databaseIsFull(facts: Facts): boolean {
  return facts.databases.some(
    ({ component, content, foreign }) => component === 'engine' && foreign === null && (content?.tables ?? 0) > 0,
  );
}

/** Values that setup reads from the marker of an earlier run, and that would mislead it. */
export function checkMarker(facts: Facts, layout: Layout): Check[] {
  const checks: Check[] = [];
  const full = databaseIsFull(facts);
  const { marker } = facts;
  if (marker === null) {
    const enabled = facts.files.some(({ path }) => path.endsWith('/10-setup-protocols.conf'));
    if (full && !enabled) {
      checks.push({
        id: 'engine-enable',
        ok: false,
        severity: 'obstacle',
        detail:
          'The engine database is full, but neither the marker nor 10-setup-protocols.conf says that the engine is set up here: releases up to 4.5.6 then leave it silently unconfigured.',
        hint: 'Give engine-setup an answer file with OVESETUP_ENGINE_CORE/enable=bool:True.',
      });
    }
  } else {
    const apache = marker.values['OVESETUP_APACHE/configured'] === true;
    if (apache && facts.sslConf === 'plain') {
      checks.push({
        id: 'marker-apache',
        ok: false,
        severity: 'obstacle',
        detail: `The marker says that the web server is configured, but ssl.conf does not use the engine's certificates: engine-setup would not configure it again.`,
        hint: `Run engine-cleanup, or take OVESETUP_APACHE/configured out of ${layout.marker}.`,
      });
    }
    if (!full && typeof marker.values['OVESETUP_OVN/ovirtProviderOvnId'] === 'string') {
      checks.push({
        id: 'marker-ovn',
        ok: false,
        severity: 'obstacle',
        detail: 'The marker names an OVN provider, but the database is new: engine-setup would never add the provider.',
        hint: 'Run engine-cleanup without -d: it removes the marker.',
      });
    }
  }
  if (checks.length > 0) return checks;
  const detail = marker === null ? 'no marker of an earlier setup' : 'the marker of the earlier setup fits the host';
  return [{ id: 'marker', ok: true, severity: 'obstacle', detail }];
}

/** An empty record means that setup was killed while closing up: it never records those files again. */
export function checkRecords(facts: Facts): Check[] {
  const onlyEmpty = facts.records.empty.length > 0 && facts.records.empty.length === facts.records.paths.length;
  if (!onlyEmpty)
    return [
      { id: 'records', ok: true, severity: 'obstacle', detail: 'uninstall records are whole, or there are none' },
    ];
  return [
    {
      id: 'records',
      ok: false,
      severity: 'obstacle',
      detail:
        'Setup was killed while it wrote its uninstall record: engine-setup succeeds, but the record stays empty for ever.',
      hint: 'Run engine-cleanup: it finds the files without the record.',
    },
  ];
}

/** Lock lines of another version keep packages from being installed, and certificate lines without certificates keep the web server from starting. */
export function checkShared(facts: Facts): Check[] {
  const checks: Check[] = [];
  const version = facts.packageVersion?.replace(/-.*$/, '');
  for (const { path, edits } of facts.lines) {
    if (path.endsWith('/versionlock.list') && version) {
      const other = edits.flatMap(({ added }) =>
        added !== null && /^ovirt-engine-\d/.test(added) && !added.includes(version) ? [added] : [],
      );
      if (other.length > 0) {
        checks.push({
          id: 'versionlock',
          ok: false,
          severity: 'obstacle',
          detail: `${path} pins another version than the installed ${version}: ${other.join(', ')}.`,
          hint: 'Run engine-cleanup, or take these lines out.',
        });
      }
    }
    if (path.endsWith('/ssl.conf') && facts.pki.ca === 'absent') {
      checks.push({
        id: 'web-server',
        ok: true,
        severity: 'warning',
        detail: `${path} still names certificates that are gone: the web server cannot start until engine-setup has run`,
      });
    }
  }
  return checks;
}

/** The numbers of a version: `4.5.8_master-1.el9` → `4.5.8`. */
function numbers(version: string): string {
  return /^\d+(?:\.\d+)*/.exec(version)?.[0] ?? version;
}

/** engine-setup stops where its own package and the engine's are not of one version: an upgrade of packages that stopped half-way. */
export function checkPackages(facts: Facts, layout: Layout): Check[] {
  const { packageVersion, setupPackageVersion } = facts;
  if (packageVersion === null || setupPackageVersion === null) return [];
  if (numbers(packageVersion) === numbers(setupPackageVersion)) return [];
  return [
    {
      id: 'package-version',
      ok: false,
      severity: 'obstacle',
      detail: `${layout.packageName} is version ${packageVersion}, ${layout.setupPackageName} is version ${setupPackageVersion}: engine-setup refuses to mix them.`,
      hint: 'Bring both to one version: dnf update, then look at the version lock if one stays behind.',
    },
  ];
}
