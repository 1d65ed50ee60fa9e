/** Programs of others that must not work on a host together with a run. */

export interface OtherProgram {
  /** As messages name it. */
  name: string;
  /** Names of its scripts, without directories. */
  scripts: readonly string[];
  /** Group of plugins that names it in the arguments of otopi. */
  pluginGroup?: string;
}

/** One that is at work now. */
export interface ProgramAtWork {
  name: string;
  pid: number;
}
