/** Sentences that are fixed: people, documentation and scripts look for them. */

export const DATABASE_QUESTION =
  'Drop data base? if you want to reuse the existing database for the future installation choose no.';
export const FINISHED = 'Finished cleanup it is now safe to rerun engine-setup.';
export const HOSTS_NOTE = "Note that after re-install you'll have to run Hosts re-install/re-approve";
export const CONTINUE = 'Run engine-cleanup again to continue.';
