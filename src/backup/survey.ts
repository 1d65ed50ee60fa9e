/** What a way back by hand needs to know of the host and that is gone when the run has ended: how each service starts, what starts it at boot, whose the directories were. */
import type { Host } from '../host/port.ts';
import { readInstalled } from '../host/services/installed.ts';
import { realPath } from '../model/paths.ts';
import type { Plan } from '../model/plan.ts';

export interface ServiceBefore {
  unit: string;
  /** It ran, and the run stopped it. */
  ran: boolean;
  /** It would have been started at the next boot. */
  enabled: boolean;
  /** The systemd of the running machine starts it. */
  systemd: boolean;
  /** Real path of the SysV script that starts it; with neither, nothing is known that could. */
  script: string | null;
  /** What starts it at boot where systemd cannot be told to: real paths, with the text of each link. */
  links: { path: string; target: string }[];
}

export interface DirectoryBefore {
  /** Real path. */
  path: string;
  mode: number;
  uid: number;
  gid: number;
}

export interface Survey {
  /** In the order in which they were stopped. */
  services: ServiceBefore[];
  /** The web server, where the run changes what it serves while it runs. */
  webServer: Pick<ServiceBefore, 'unit' | 'systemd' | 'script'> | null;
  /** Directories that the run removes, parents first. */
  directories: DirectoryBefore[];
}

async function linksOf(unit: string, plan: Plan, { files }: Host): Promise<ServiceBefore['links']> {
  const { links } = readInstalled(plan.root, [unit]).get(unit)!;
  const found: ServiceBefore['links'] = [];
  for (const path of links) {
    const target = await files.readLink(path);
    if (target !== null) found.push({ path: realPath(plan.root, path), target });
  }
  return found;
}

async function serviceBefore(unit: string, plan: Plan, host: Host): Promise<ServiceBefore> {
  let [ran, enabled, systemd] = [false, false, false];
  for (const step of plan.steps) {
    if ((step.kind !== 'service-stop' && step.kind !== 'service-disable') || step.unit !== unit) continue;
    ran ||= step.kind === 'service-stop';
    enabled ||= step.kind === 'service-disable';
    systemd = plan.root === '/' && step.manager === 'systemd';
  }
  const links = enabled && !systemd ? await linksOf(unit, plan, host) : [];
  return { unit, ran, enabled, systemd, script: systemd ? null : host.services.startScript(unit), links };
}

async function webServerBefore(plan: Plan, { services }: Host): Promise<Survey['webServer']> {
  for (const step of plan.steps) {
    if (step.kind !== 'web-server-reload') continue;
    const [state] = await services.states([step.unit]);
    const systemd = plan.root === '/' && state?.manager === 'systemd';
    return { unit: step.unit, systemd, script: systemd ? null : services.startScript(step.unit) };
  }
  return null;
}

/** Looks at the host when its services are stopped and nothing else has been changed. */
export async function survey(plan: Plan, host: Host): Promise<Survey> {
  const units = new Set<string>();
  const directories: DirectoryBefore[] = [];
  for (const step of plan.steps) {
    if (step.kind === 'service-stop' || step.kind === 'service-disable') units.add(step.unit);
    if (step.kind !== 'dirs-remove') continue;
    for (const path of step.paths) {
      const stat = await host.files.stat(path);
      if (stat !== null) directories.push({ path: realPath(plan.root, path), ...ownership(stat) });
    }
  }
  directories.sort((a, b) => a.path.split('/').length - b.path.split('/').length);
  const services: ServiceBefore[] = [];
  for (const unit of units) services.push(await serviceBefore(unit, plan, host));
  return { services, webServer: await webServerBefore(plan, host), directories };
}

function ownership({ mode, uid, gid }: Omit<DirectoryBefore, 'path'>): Omit<DirectoryBefore, 'path'> {
  return { mode, uid, gid };
}
