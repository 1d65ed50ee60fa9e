/** What the README says about files: the archive, the directories they lay in, and what the run made. */
import { OUTSIDE } from '../model/outside.ts';
import { realPath } from '../model/paths.ts';
import { command, membersOf, type ReadmeInput, type Section } from './section.ts';

/** Options by which GNU tar gives back everything it was told to keep. */
const EXTRACT = [
  '--extract',
  '--gzip',
  '--same-permissions',
  '--numeric-owner',
  '--acls',
  '--xattrs',
  '--xattrs-include=*',
  '--selinux',
];

/** An archive is listed, then its names are put back below a directory. */
function unpack(name: string, directory: string): string[] {
  return [
    command(['tar', '--list', '--verbose', '--gzip', `--file=${name}`]),
    command(['tar', ...EXTRACT, `--file=${name}`, `--directory=${directory}`]),
  ];
}

/** Host paths of files that the run makes where none was. */
function madePaths({ plan, archived }: ReadmeInput): string[] {
  const made = plan.steps.flatMap((step) => {
    if (step.kind === 'files-put') return step.outside ? [] : step.files.map(({ path }) => path);
    return step.kind === 'file-promote' || step.kind === 'records-rewrite' ? [step.path] : [];
  });
  return made.filter((path) => !archived.has(path));
}

/** Host paths of files of somebody else, of which the run edits a part. */
function editedPaths({ plan }: ReadmeInput): string[] {
  return plan.steps.flatMap((step) =>
    step.kind === 'lines-revert' || step.kind === 'section-remove' ? [step.path] : [],
  );
}

export function filesSection(input: ReadmeInput): Section | null {
  const { plan, survey } = input;
  const [archive] = membersOf(input, 'files');
  if (!archive) return null;
  const real = (path: string): string => realPath(plan.root, path);
  const alone = survey.directories.filter(({ archived }) => !archived);
  const directories = alone.map(({ path, mode, uid, gid }) =>
    command([
      'install',
      '--directory',
      `--mode=${mode.toString(8).padStart(4, '0')}`,
      `--owner=${uid}`,
      `--group=${gid}`,
      path,
    ]),
  );
  const made = madePaths(input).map((path) => command(['rm', '--force', real(path)]));
  const edited = editedPaths(input);
  const lines = [
    'Every file that the run removed, emptied or edited, as it was before, with owner, mode, times, extended attributes and ACLs,',
    'and the directories that went with them.',
    '',
    ...directories,
    ...unpack(archive.name, plan.root),
  ];
  if (made.length > 0) lines.push('', 'The run itself wrote these, where nothing was:', '', ...made);
  if (edited.length > 0) {
    lines.push(
      '',
      "These are not oVirt's alone: they come back whole, and what was changed in them since the run is lost.",
      'To leave one out, add --exclude= and its name as tar lists it.',
      '',
      ...edited.map((path) => `* ${real(path)}`),
    );
  }
  return { title: 'Files', lines };
}

/** Password files that a killed developer-mode setup left in the machine's own /tmp. */
export function outsideSection(input: ReadmeInput): Section | null {
  const [archive] = membersOf(input, 'outside');
  if (!archive) return null;
  return {
    title: 'Password files outside of the root',
    lines: [
      `A killed setup had left them in ${OUTSIDE} of the machine itself. Nothing reads them any more: this only makes the way back complete.`,
      '',
      ...unpack(archive.name, '/'),
    ],
  };
}
