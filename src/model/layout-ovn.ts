/** What a layout says of a database of OVN. */

/** A database of OVN that setup lets listen with the engine's keys: its row of TLS and its rows of connections. */
export interface OvnLayout {
  /** "OVN northbound database" */
  title: string;
  /** Its command-line tool. */
  tool: string;
  /** Private key that setup's row of TLS names (host path). */
  key: string;
  /** What setup lets it listen on. */
  connections: readonly string[];
  /** Where packages keep it (host paths): that differs from version to version of OVN. */
  files: readonly string[];
}
