/** What the README says about services: stopped first, enabled and started last, by whatever manages them on that host. */
import type { ServiceBefore } from '../model/backup.ts';
import { command, membersOf, type ReadmeInput, type Section } from './section.ts';

const unitsOf = (services: readonly ServiceBefore[]): string[] => services.map(({ unit }) => unit);

/** What is to stand still while files and databases are put back. */
export function stopSection({ survey }: ReadmeInput): Section | null {
  const { services } = survey;
  const managed = unitsOf(services.filter(({ systemd }) => systemd));
  const lines = managed.length > 0 ? [command(['systemctl', 'stop', ...managed])] : [];
  for (const { script } of services) if (script !== null) lines.push(command([script, 'stop']));
  if (lines.length === 0) return null;
  return { title: 'Stop the services', lines: ['The run left them stopped. None of them may run now.', '', ...lines] };
}

/** Commands for sh that give the databases of OVN their rows again. */
export const OVN_ROWS = 'ovn-rows.sh';

/** After the files: the rows name keys among them. */
export function ovnSection(input: ReadmeInput): Section | null {
  if (membersOf(input, 'ovn').length === 0) return null;
  return { title: 'Rows of OVN, which name keys of the engine', lines: [command(['sh', OVN_ROWS])] };
}

/** Enabled are those that were enabled, started those that ran, in the reverse order of their stopping. */
export function startSection({ survey, plan }: ReadmeInput): Section | null {
  const { services, webServer } = survey;
  const enabled = services.filter((service) => service.enabled);
  const started = services.filter(({ ran }) => ran).reverse();
  const managed = unitsOf(enabled.filter(({ systemd }) => systemd));
  const lines = managed.length > 0 ? [command(['systemctl', 'enable', ...managed])] : [];
  if (webServer?.systemd) lines.push(command(['systemctl', 'reload', webServer.unit]));
  else if (webServer?.script) lines.push(command([webServer.script, 'reload']));
  for (const { unit, systemd, script } of started) {
    if (systemd) lines.push(command(['systemctl', 'start', unit]));
    else if (script !== null) lines.push(command([script, 'start']));
  }
  const byHand = unitsOf(started.filter(({ systemd, script }) => !systemd && script === null));
  const linked = unitsOf(enabled.filter(({ systemd }) => !systemd));
  const notes: string[] = [];
  if (linked.length > 0) notes.push(`What starts these at boot came back with the files: ${linked.join(', ')}.`);
  if (webServer && !webServer.systemd && webServer.script === null)
    notes.push(`Let ${webServer.unit} below ${plan.root} read its configuration again.`);
  if (byHand.length > 0)
    notes.push(`Start these the way they were started before, which is not known here: ${byHand.join(', ')}.`);
  if (lines.length + notes.length === 0) return null;
  const gap = notes.length > 0 && lines.length > 0 ? [''] : [];
  return { title: 'Services', lines: [...lines, ...gap, ...notes] };
}
