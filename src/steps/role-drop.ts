/** Drops a role that owns nothing any more. One that others depend on stays, and the report says so. */
import { dropRole } from '../host/postgres/drop.ts';
import { quoteLiteral } from '../host/postgres/quote.ts';
import { adminOf } from './admin.ts';
import type { StepRunner } from './context.ts';

export const roleDrop: StepRunner<'role-drop'> = {
  touches: ({ role }) => [role],

  async probe({ role, server }, context) {
    const rows = await adminOf(context, server).query(
      `SELECT 1 AS one FROM pg_catalog.pg_roles WHERE rolname = ${quoteLiteral(role)}`,
    );
    return rows.length === 0;
  },

  async apply({ role, server }, context) {
    const result = await dropRole(adminOf(context, server), role, (database) => adminOf(context, server, database));
    if (!result.dropped) {
      context.warn({
        code: 'role-kept',
        message: `Role "${role}" stays: it owns or is granted something in ${result.dependents.join(', ')}.`,
      });
    }
  },
};
