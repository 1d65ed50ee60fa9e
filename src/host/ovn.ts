/** The databases of OVN, by their command-line tools (`ovn-nbctl`, `ovn-sbctl`), which find their server themselves. */
import { HostError } from '../model/errors.ts';
import type { OvnRows } from '../model/facts.ts';
import type { Ovn } from './port.ts';
import { type RunOptions, runOrFail } from './process.ts';

/** Before a target that may write and has no role, which is what a bare one stands for (`ovn-sbctl`). */
const PLAIN = /^read-write role="" /;

/** What `get-ssl` prints, `get-connection` (one target a line), and the probes of the connections. Nothing where there is no row. */
function rowsFrom(tls: string, connections: string, probes: string): OvnRows {
  const value = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(tls)?.[1] ?? '';
  const privateKey = value('Private key');
  const targets = connections
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.replace(PLAIN, ''));
  const chosen = new Set(probes.replace(/\n$/, '').split('\n'));
  const [probe = ''] = chosen;
  return {
    tls: privateKey === '' ? null : { privateKey, certificate: value('Certificate'), caCert: value('CA Certificate') },
    // Of several kinds no command makes them again.
    connections:
      chosen.size > 1
        ? targets.map(
            (target) => `${target} (inactivity_probe ${[...chosen].map((one) => one || 'default').join(', ')})`,
          )
        : targets,
    ...(chosen.size === 1 && /^\d+$/.test(probe) ? { inactivityProbeMs: Number(probe) } : {}),
  };
}

/** Words that have a database listen so and not otherwise; the tool takes them as one transaction. */
export function setCommands({ tls, connections, inactivityProbeMs }: OvnRows): string[] {
  const probe = inactivityProbeMs === undefined ? [] : [`--inactivity-probe=${inactivityProbeMs}`];
  const listen = connections.length > 0 ? [...probe, 'set-connection', ...connections] : ['del-connection'];
  const keys = tls === null ? ['del-ssl'] : ['set-ssl', tls.privateKey, tls.certificate, tls.caCert];
  return [...listen, '--', ...keys];
}

/** @param env where the servers are, if not where the tools look */
export function createOvn(timeoutMs: number, env: Readonly<Record<string, string>> = {}): Ovn {
  // Without a limit of its own a tool waits for its server for ever.
  const limit = `--timeout=${Math.max(1, Math.ceil(timeoutMs / 1000))}`;
  const ask = (tool: string, words: readonly string[], purpose: string): Promise<string> => {
    const options: RunOptions = {
      purpose,
      timeoutMs: timeoutMs + 1000,
      env,
      hint: 'Start its server (ovn-northd), or look why it does not answer.',
    };
    return runOrFail(tool, [limit, ...words], options);
  };
  return {
    async read(tool) {
      const purpose = 'look at the connections of OVN';
      try {
        const list = [
          '--data=bare',
          '--format=csv',
          '--no-headings',
          '--columns=inactivity_probe',
          'list',
          'connection',
        ];
        const [tls, connections] = [
          await ask(tool, ['get-ssl'], purpose),
          await ask(tool, ['get-connection'], purpose),
        ];
        return rowsFrom(tls, connections, connections === '' ? '' : await ask(tool, list, purpose));
      } catch (error) {
        if (error instanceof HostError && error.code === 'ENOENT') return null;
        throw error;
      }
    },
    async setRows(tool, rows) {
      // One transaction: both or none.
      await ask(tool, setCommands(rows), 'set the connections of OVN');
    },
  };
}

/** Below a root the tools would ask the running machine's own databases. */
export function ovnBelowRoot(): Ovn {
  const refuse = async (): Promise<never> => {
    throw new HostError('below --root its server is not asked', { hint: 'Run engine-cleanup on that host itself.' });
  };
  return { read: refuse, setRows: refuse };
}
