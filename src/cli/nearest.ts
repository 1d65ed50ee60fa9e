/** The nearest valid spelling of a mistyped word. */

/** Number of insertions, deletions, replacements and swaps of neighbours between two words. */
function distance(a: string, b: string): number {
  let older: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (older[j - 2] ?? 0) + 1);
      row.push(cost);
    }
    older = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

/** The candidate nearest to a word, whatever the case; null if none is so near that it may have been meant. */
export function nearest(word: string, candidates: readonly string[]): string | null {
  const typed = word.toLowerCase();
  if (typed === '' || typed.length > 64) return null;
  let best: { candidate: string; cost: number } | null = null;
  for (const candidate of candidates) {
    const valid = candidate.toLowerCase();
    const starts = typed.length >= 3 && valid.startsWith(typed);
    const cost = starts ? 1 : distance(typed, valid);
    if (cost <= Math.max(1, Math.floor(valid.length / 3)) && (best === null || cost < best.cost))
      best = { candidate, cost };
  }
  return best?.candidate ?? null;
}
