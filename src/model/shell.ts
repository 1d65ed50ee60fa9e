/** Words of commands that are shown to people, to be pasted into sh. */

/** A word quoted for sh; left alone where nothing in it needs quotes. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
