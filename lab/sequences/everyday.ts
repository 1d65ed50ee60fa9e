/**
 * Which sequences each test run plays. All of them take the better part of an hour on two cores: `npm run sequences` plays those. Here is what was
 * seen to pass of the most different kinds.
 */
const EVERYDAY: Record<string, readonly string[]> = {
  '3.0 local': ['II: remove, install, cleanup', 'setup killed at schema-half'],
  '3.2 local': ['removed only', 'keep with keys', 'upgrade killed'],
  '3.6 local': ['I: cleanup, remove, install', 'again and again', 'keep'],
  '4.3 local': ['II: remove, install, cleanup', 'keep with keys', 'setup killed at schema-half'],
  '4.5 local': ['I: cleanup, remove, install', 'keep', 'keys from the copy', 'no copy of the keys'],
};

/** Whether a sequence is played on the host of a column of the matrix. */
export function isWanted(column: string, sequence: string): boolean {
  return process.env.LAB_SEQUENCES === 'all' || (EVERYDAY[column]?.includes(sequence) ?? false);
}
