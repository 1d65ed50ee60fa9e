/** What a way back by hand needs to know of the host and that is gone when the run has ended: how each service starts, whose the directories were. */
import type { Host } from '../host/port.ts';
import type { DirectoryBefore, ServiceBefore, Survey } from '../model/backup.ts';
import { realPath } from '../model/paths.ts';
import type { Plan } from '../model/plan.ts';

function serviceBefore(unit: string, plan: Plan, { services }: Host): ServiceBefore {
  let [ran, enabled, systemd] = [false, false, plan.root === '/'];
  for (const step of plan.steps) {
    if ((step.kind !== 'service-stop' && step.kind !== 'service-disable') || step.unit !== unit) continue;
    ran ||= step.kind === 'service-stop';
    enabled ||= step.kind === 'service-disable';
    // In a container a unit has a file and links, but no systemd that knows them.
    systemd &&= step.manager === 'systemd' && (step.kind === 'service-stop' || step.links.length === 0);
  }
  return { unit, ran, enabled, systemd, script: systemd ? null : services.startScript(unit) };
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

/**
 * Looks at the host when its services are stopped and nothing else has been changed.
 * @param archived host paths of the directories that the archive has
 */
export async function survey(plan: Plan, host: Host, archived: ReadonlySet<string>): Promise<Survey> {
  const units = new Set<string>();
  const directories: DirectoryBefore[] = [];
  for (const step of plan.steps) {
    if (step.kind === 'service-stop' || step.kind === 'service-disable') units.add(step.unit);
    if (step.kind !== 'dirs-remove') continue;
    for (const path of step.paths) {
      const stat = await host.files.stat(path);
      if (stat === null) continue;
      const { mode, uid, gid } = stat;
      const known = archived.has(path) ? { archived: true as const } : {};
      directories.push({ path: realPath(plan.root, path), mode, uid, gid, ...known });
    }
  }
  directories.sort((a, b) => a.path.split('/').length - b.path.split('/').length);
  const services = [...units].map((unit) => serviceBefore(unit, plan, host));
  return { services, webServer: await webServerBefore(plan, host), directories };
}
