/** Commands of a Markdown document, for a test that does what it says. */
export interface Block {
  /** Heading that it stands below. */
  heading: string;
  /** After the opening fence. */
  language: string;
  text: string;
}

/** Everything between fences, in its order. */
export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  let heading = '';
  for (const [, title, language = '', text = ''] of markdown.matchAll(/^#+ ([^\n]*)$|^```(\w*)\n(.*?)^```$/gms)) {
    if (title === undefined) blocks.push({ heading, language, text });
    else heading = title;
  }
  return blocks;
}
