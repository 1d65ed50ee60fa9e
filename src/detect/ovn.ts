/** Rows by which databases of OVN listen with the engine's keys. Only reads. */
import { HostError, messageOf } from '../model/errors.ts';
import type { OvnFact, OvnRows } from '../model/facts.ts';
import type { ComponentId, OvnLayout } from '../model/layout.ts';
import type { DetectContext } from './context.ts';

async function isThere({ host }: DetectContext, paths: readonly string[]): Promise<boolean> {
  const stats = await Promise.all(paths.map((path) => host.files.stat(path).catch(() => null)));
  return stats.some((stat) => stat !== null);
}

/** Rows of somebody else stay: with another key, or beside connections that setup did not make. */
function judge(rows: OvnRows, { tool, key, connections }: OvnLayout): OvnFact | null {
  if (rows.tls?.privateKey !== key) return null;
  const others = rows.connections.filter((one) => !connections.includes(one));
  if (others.length === 0) return { tool, rows, trouble: null };
  return { tool, rows: null, trouble: `it listens on ${others.join(', ')} too, which setup did not configure` };
}

async function lookAt(context: DetectContext, layout: OvnLayout): Promise<OvnFact | null> {
  const { tool, files } = layout;
  const there = await isThere(context, files);
  const troubled = (trouble: string): OvnFact | null => (there ? { tool, rows: null, trouble } : null);
  try {
    const rows = await context.host.ovn.read(tool);
    return rows === null ? troubled(`${tool} is not installed`) : judge(rows, layout);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    return troubled(messageOf(error));
  }
}

/** Of the components that are set up here. */
export async function findOvn(context: DetectContext, components: readonly ComponentId[]): Promise<OvnFact[]> {
  const layouts = context.layout.components.filter(({ id }) => components.includes(id)).flatMap(({ ovn }) => ovn ?? []);
  const found = await Promise.all(layouts.map((layout) => lookAt(context, layout)));
  return found.filter((fact) => fact !== null);
}
