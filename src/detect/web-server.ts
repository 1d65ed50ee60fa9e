/** The web server in front of the engine: whether it runs, and whose certificates it uses. Only reads. */
import { messageOf } from '../model/errors.ts';
import type { Facts } from '../model/facts.ts';
import { isBelow } from '../model/paths.ts';
import type { DetectContext } from './context.ts';

/** The running machine's web server; below a root none is reloaded. */
export async function findWebServer(context: DetectContext, lines: Facts['lines']): Promise<Facts['webServer']> {
  if (context.root !== '/') return null;
  const { unit, reads } = context.layout.webServer;
  const [state] = await context.host.services.states([unit]);
  if (!state?.exists) return null;
  const usesOurCertificates = lines.some(({ path }) => reads.some((dir) => isBelow(path, dir)));
  return { unit, active: state.active, usesOurCertificates };
}

/** Whether its TLS configuration uses the engine's certificates, whoever wrote that. */
export async function findTlsConfig(context: DetectContext): Promise<Facts['sslConf']> {
  const { config, ours } = context.layout.webServer;
  const text = await context.host.files.readText(config).catch((error: unknown) => {
    context.note('unreadable', messageOf(error));
    return null;
  });
  if (text === null) return 'absent';
  return ours.test(text) ? 'ours' : 'plain';
}
