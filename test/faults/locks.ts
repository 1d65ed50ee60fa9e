/** Settings of a server with as few locks as it can have, and still the sessions of a run. */
export const FEWEST_LOCKS = {
  max_locks_per_transaction: 10,
  max_connections: 6,
  max_worker_processes: 0,
  autovacuum_max_workers: 1,
} as const;
