/** Finishes the backup: answer files, README, and last the manifest. Only from here on may anything be destroyed. */
import { answerFile } from '../backup/answer-file.ts';
import { readme } from '../backup/readme.ts';
import type { StepRunner } from './context.ts';
import { rowsScript } from './dwh-rows.ts';

export const backupSeal: StepRunner<'backup-seal'> = {
  touches: () => [],

  async probe() {
    return false;
  },

  async apply({ databases }, { backup, layout, plan, vault, version }) {
    if (!backup) throw new Error('a plan without a backup has a step that finishes it');
    for (const { component, credentials, local, action } of databases) {
      const database = layout.components.find(({ id }) => id === component)?.database;
      // Where the server is remote, or the credentials leave the host, setup can be given the database again by this file.
      const useful = action === 'clear' || (plan.mode === 'keep' && (!local || action !== 'foreign'));
      if (!database || !credentials || !useful || action === 'foreign') continue;
      backup.write(
        `${component}-answers.conf`,
        'answers',
        answerFile(database, credentials, vault.get(credentials.secret)),
      );
    }
    for (const step of plan.steps) if (step.kind === 'dwh-rows') backup.write('dwh-rows.sql', 'rows', rowsScript(step));
    const { dir, run, members } = backup;
    backup.write('README', 'readme', readme({ run, version, root: plan.root, dir, databases, members }));
    backup.seal({
      version,
      root: plan.root,
      release: plan.release,
      createdAt: new Date().toISOString(),
      databases: databases.map(({ component, name, host, port, role, local, action }) => ({
        component,
        name,
        host,
        port,
        role,
        local,
        action,
      })),
    });
  },
};
