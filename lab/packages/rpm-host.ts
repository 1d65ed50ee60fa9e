/**
 * A box with rpm and dnf as a host of one edition has them: our repository and no other, the version lock of that time, `yum`, and where services are started by
 * scripts `chkconfig`, and no systemd to be seen. All of it is in the box; on the machine itself at most Debian's packages are installed.
 */
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installWithApt } from '../../test/fixture/debian.ts';
import { whyNoProgram } from '../../test/fixture/needs.ts';
import { type Box, type Ended, type RunInBox, WITHOUT_SYSTEMD, whyNoBox } from '../box.ts';
import { CHKCONFIG } from './chkconfig.ts';
import { EDITIONS, type Edition, type EditionName } from './editions.ts';
import { repositoryOf } from './repository.ts';

const PROGRAMS = ['rpmbuild', 'createrepo_c', 'dnf'] as const;
const VERSIONLOCK = '/usr/lib/python3/dist-packages/dnf-plugins/versionlock.py';
const REPOSITORIES = '/etc/lab-repositories';
/** Plug-ins of dnf: only the one that hosts of the time have. */
const PLUGINS = '/usr/lib/lab-plugins';

/** Why no box can have packages; null if it can. Installs what is missing. */
export async function whyNoPackages(): Promise<string | null> {
  const reason = await whyNoBox();
  if (reason !== null) return reason;
  for (const program of PROGRAMS) {
    const missing = await whyNoProgram(program);
    if (missing !== null) return missing;
  }
  if (existsSync(VERSIONLOCK)) return null;
  try {
    await installWithApt('dnf-plugins-core');
    return null;
  } catch (error) {
    return `dnf's version lock is not installed, and cannot be: ${error instanceof Error ? error.message : error}`;
  }
}

/** Makes a box a host on which an edition's packages can be installed. None of them is yet. */
export async function withRpm(box: Box, name: EditionName): Promise<RpmHost> {
  const { autoremove, versionlock } = EDITIONS[name];
  const dnf = ['gpgcheck=0', `reposdir=${REPOSITORIES}`, `pluginpath=${PLUGINS}`];
  // As if an administrator had installed them: they stay when what needs them goes.
  const first = ['lab-base', versionlock.package].map((one) => `/lab/repositories/${name}/noarch/${one}-*.rpm`);
  const host = new RpmHost(box, name);
  await host.offer(name);
  const script = [
    'set -e',
    writing('/etc/dnf/dnf.conf', `[main]\n${dnf.join('\n')}\nclean_requirements_on_remove=${autoremove}\n`),
    writing('/etc/dnf/vars/releasever', '9\n'),
    writing('/etc/dnf/plugins/versionlock.conf', `[main]\nenabled=1\nlocklist=${versionlock.list}\n`),
    writing('/etc/rpm/macros.dbpath', '%_dbpath /var/lib/rpm\n'),
    writing('/usr/sbin/chkconfig', CHKCONFIG),
    'chmod 755 /usr/sbin/chkconfig',
    'ln -sf dnf /usr/bin/yum',
    `mkdir ${PLUGINS}`,
    `ln -s ${VERSIONLOCK} ${PLUGINS}`,
    `command -v node >/dev/null || ln -s ${process.execPath} /usr/local/bin/node`,
    // Debian's dnf brings a lock list of its own: here a package does.
    'rm -f /etc/dnf/plugins/versionlock.list',
    `rpm --install ${first.join(' ')}`,
  ];
  box.must(['/bin/sh', '-c', script.join('\n')]);
  return host;
}

/** Shell words that write a file. */
function writing(path: string, text: string): string {
  return `mkdir -p "$(dirname ${path})"\ncat >${path} <<'END OF FILE'\n${text}END OF FILE`;
}

export class RpmHost {
  readonly box: Box;
  #edition: Edition;

  constructor(box: Box, name: EditionName) {
    this.box = box;
    this.#edition = EDITIONS[name];
  }

  /** What is offered now. */
  get edition(): Edition {
    return this.#edition;
  }

  /** Puts the repository of an edition in the place of the one before: for an upgrade. */
  async offer(name: EditionName): Promise<void> {
    cpSync(await repositoryOf(name), join(this.box.shared, 'repositories', name), { recursive: true });
    const text = `[lab-${name}]\nname=lab ${name}\nbaseurl=file:///lab/repositories/${name}\n`;
    this.box.must(['/bin/sh', '-c', writing(`${REPOSITORIES}/lab.repo`, text)]);
    this.#edition = EDITIONS[name];
  }

  /** Runs a command as on a host of this edition: where services are started by scripts, it sees no systemd. */
  run(command: readonly string[], more: RunInBox = {}): Ended {
    if (this.#edition.init === 'systemd') return this.box.run(command, more);
    return this.box.run([...WITHOUT_SYSTEMD, ...command], { ...more, leavesDaemons: true });
  }

  /** Standard output of a shell script; an error if it does not end with 0. */
  sh(script: string): string {
    const { code, stdout, stderr } = this.run(['/bin/sh', '-c', script]);
    if (code !== 0) throw new Error(`in the box: ${script} ended with ${code}\n${stdout}\n${stderr}`);
    return stdout;
  }

  /** `yum install|remove|upgrade PACKAGE …`, without a question. A scriptlet that fails is an error here, though rpm goes on after some. */
  yum(word: 'install' | 'remove' | 'upgrade', ...packages: string[]): string {
    const said = this.sh(`yum --assumeyes --quiet ${word} ${packages.join(' ')} 2>&1`);
    if (/scriptlet/i.test(said)) throw new Error(`yum ${word} ${packages.join(' ')}: ${said}`);
    return said;
  }

  /** Puts a program in the place of the one that a packaged service runs: the next start of the service starts it, as the service's user. */
  replaceProgram(service: string, program: string): void {
    const dir = join(this.box.shared, 'services');
    mkdirSync(dir, { recursive: true });
    writeFileSync(join(dir, service), program, { mode: 0o755 });
  }

  /** Names of the installed packages. */
  installed(): string[] {
    return this.sh("rpm --query --all --queryformat '%{NAME}\\n'").trim().split('\n').sort();
  }
}
