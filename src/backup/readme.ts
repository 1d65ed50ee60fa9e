/** The README of a backup: how to put everything back by hand, without this program. Its parts stand in the order in which they are done. */
import { realPath } from '../model/paths.ts';
import { shellWord } from '../model/shell.ts';
import { clearedSection, droppedSection, rowsSection } from './readme-databases.ts';
import { filesSection, outsideSection } from './readme-files.ts';
import { ovnSection, startSection, stopSection } from './readme-services.ts';
import { command, membersOf, type ReadmeInput, type Section } from './section.ts';

/** The way back. Credentials, marker and records come with the files: the databases are full again before they are. */
function wayBack(input: ReadmeInput): Section[] {
  const parts = [
    { title: 'See that the backup is whole', lines: [command(['sha256sum', '--check', 'SHA256SUMS'])] },
    stopSection(input),
    droppedSection(input),
    clearedSection(input),
    rowsSection(input),
    filesSection(input),
    outsideSection(input),
    ovnSection(input),
    startSection(input),
  ];
  return parts.filter((part) => part !== null);
}

/** For whoever does not want the old installation back, but a new one in the same databases. */
function answersPart(input: ReadmeInput): string[] {
  const files = membersOf(input, 'answers').map(({ name }) => name);
  if (files.length === 0) return [];
  const { root } = input.plan;
  const lines = ['## Or: set up again with the same databases', ''];
  for (const [name, key] of input.unanswered) {
    lines.push(
      `The server rejects the old password, or none was found. Before that, add a line with the present one to ${name}:`,
      `${key}=str:PASSWORD`,
      '',
    );
  }
  const options = files.map((name) => `--config-append="$PWD/${name}"`);
  if (root !== '/')
    lines.push(`Inside the installation below ${root}, in this directory as it is seen from there:`, '');
  return [...lines, `    engine-setup ${options.join(' ')}`, ''];
}

/** A database that a restore filled is full: by hand it is emptied by whoever may. */
function filledNote({ steps }: ReadmeInput['plan']): string[] {
  const filled = steps.flatMap((step) => (step.kind === 'database-fill' ? [`"${step.credentials.database}"`] : []));
  return filled.length === 0 ? [] : [`Empty these databases first, which the run filled: ${filled.join(', ')}.`];
}

/** Text of the README. */
export function readme(input: ReadmeInput): string {
  const { run, version, dir, plan } = input;
  const journal = realPath(plan.root, `/var/lib/engine-cleanup/${run}/journal.jsonl`);
  const parts = wayBack(input).map(({ title, lines }, index) => [`### ${index + 1}. ${title}`, '', ...lines, '']);
  return [
    `# Backup of engine-cleanup run ${run}`,
    '',
    `Made by engine-cleanup ${version} of the installation below ${plan.root}. It holds passwords and private keys: only root may read it.`,
    '',
    '## Put everything back by hand',
    '',
    'Without engine-cleanup, as root, with the same packages installed, on the host as the run left it. If engine-setup has run since, run engine-cleanup first.',
    `If the run did not finish, leave out what it did not get to: ${journal} says what it did.`,
    ...filledNote(plan),
    '',
    'The commands are run in this order, in this directory:',
    '',
    command(['cd', dir]),
    '',
    ...parts.flat(),
    ...answersPart(input),
    '## Remove the backup, when it is no longer needed',
    '',
    `    rm -r ${shellWord(dir)}`,
    '',
  ].join('\n');
}
