/** Which versions meet: of setup, of the engine, and of the setup that made what is kept. */
import type { Facts } from '../model/facts.ts';
import type { Layout } from '../model/layout.ts';
import type { Check } from '../model/report.ts';
import { compareVersions, numericVersion, releaseOf } from '../model/versions.ts';
import { isUpgrade, obstacle, told } from './check.ts';

/**
 * Setup's own package and the engine's of two versions: an upgrade on its way, where a version lock holds the engine back until setup updates it. A newer engine waits for a newer setup, and since
 * 4.5.0 setup refuses whatever stays of two versions (ovirt-engine, `ovirt-engine-common/distro-rpm/packages.py`).
 */
function checkVersions(facts: Facts, layout: Layout): Check[] {
  const { packageVersion, setupPackageVersion } = facts;
  if (packageVersion === null || setupPackageVersion === null) return [];
  const difference = compareVersions(packageVersion, setupPackageVersion);
  if (difference === 0) return [];
  if (layout.setupUpdatesEngine && difference < 0) {
    return [
      told(
        'package-version',
        `${layout.packageName} is version ${packageVersion}: engine-setup updates it to its own version, ${setupPackageVersion}, which a repository must offer; with --offline it does not`,
      ),
    ];
  }
  return [
    obstacle(
      'package-version',
      `${layout.packageName} is version ${packageVersion}, ${layout.setupPackageName} is version ${setupPackageVersion}: engine-setup of one version does not set up an engine of another.`,
      'Bring both to one version: dnf update, then look at the version lock if one stays behind.',
    ),
  ];
}

/**
 * A kept database that a newer setup made or upgraded: an older one neither refuses nor downgrades it, and runs its own scripts over it (ovirt-engine, `dbscripts/dbfunc-common.sh`: what the
 * database has and the scripts lack is not looked at).
 */
function checkOlderSetup(facts: Facts, layout: Layout): Check[] {
  const { setupPackageVersion, marker } = facts;
  const made = marker?.version;
  if (setupPackageVersion === null || !made || !isUpgrade(facts, layout)) return [];
  if (compareVersions(setupPackageVersion, made) >= 0) return [];
  const detail = `The kept database is of version ${numericVersion(made)}, and ${layout.setupPackageName} is older, ${numericVersion(setupPackageVersion)}: it neither refuses nor downgrades it`;
  if (releaseOf(made) === releaseOf(setupPackageVersion)) return [told('setup-older', detail)];
  return [
    obstacle('setup-older', `${detail}.`, `Install ${layout.setupPackageName} ${numericVersion(made)} or newer first.`),
  ];
}

export function checkPackages(facts: Facts, layout: Layout): Check[] {
  return [...checkVersions(facts, layout), ...checkOlderSetup(facts, layout)];
}
