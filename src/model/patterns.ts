/** Patterns of layout rules as regular expressions: `*` matches within one component, `**` as the last one everything below. Pure. */

const cache = new Map<string, RegExp>();

export function isPattern(path: string): boolean {
  return path.includes('*');
}

/** True if a host path matches a rule's path. */
export function matches(pattern: string, path: string): boolean {
  if (!isPattern(pattern)) return pattern === path;
  let regexp = cache.get(pattern);
  if (!regexp) {
    const source = pattern
      .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
      .replace(/\*+/g, (stars) => (stars === '**' ? '.+' : '[^/]*'));
    regexp = new RegExp(`^${source}$`, 's');
    cache.set(pattern, regexp);
  }
  return regexp.test(path);
}
