/** How otopi's setup clears a database when it rolls back: views, tables, sequences, functions but those of uuid, composite types, schemas of the role. */

const loop = (kind: string, names: string): string =>
  `for name in ${names} loop execute format('drop ${kind} if exists %s cascade', name); end loop;`;

const RELATION = (kind: string): string =>
  `select quote_ident(relname) from pg_class where relkind = '${kind}' and relnamespace = 'public'::regnamespace`;

export function clearStatements(): string {
  return `do $$ declare name text; begin
    ${loop('view', RELATION('v'))}
    ${loop('table', RELATION('r'))}
    ${loop('sequence', RELATION('S'))}
    ${loop('function', "select p.oid::regprocedure::text from pg_proc p where pronamespace = 'public'::regnamespace and proname not like 'uuid\\_%'")}
    ${loop('type', RELATION('c'))}
    ${loop('schema', 'select quote_ident(nspname) from pg_namespace where nspowner = current_user::regrole')}
  end $$;`;
}
