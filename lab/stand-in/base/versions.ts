/** Version numbers: `4.5.8_master-1.el9` is 4.5.8. */

/** The numbers of a version; what follows an underscore or a dash (milestone, release) does not count. */
export function numbers(version: string): number[] {
  return (/^\d+(?:\.\d+)*/.exec(version)?.[0] ?? '0').split('.').map(Number);
}

/** Negative, zero or positive, as for sort. A missing number counts as 0. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbers(a), numbers(b)];
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** True from `first` on, and before `end` if that is given. */
export function within(version: string, first: string | null, end: string | null = null): boolean {
  if (first !== null && compareVersions(version, first) < 0) return false;
  return end === null || compareVersions(version, end) < 0;
}
