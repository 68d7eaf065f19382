/// Version 5: stages, trajectories and runs are found by tables of their own.
///
/// Indexes over their keys, which are hashes, were the longest part of entering a million runs: SQLite
/// sorted them, on the one thread that enters rows. A plan's keys are sorted beside it, and rows that come
/// in the order of a table without row ids are entered for a fraction (`KeyOrder`). Rows come in the
/// order of the other indexes as they are, or nearly: where steps are not the last axis, each sweeps over them.
enum SchemaVersion5 {
  static let migration = """
    CREATE TABLE stage_key (
      key BLOB NOT NULL PRIMARY KEY,
      stage_id INTEGER NOT NULL REFERENCES stage (id)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO stage_key SELECT key, id FROM stage ORDER BY key;
    DROP INDEX stage_by_key;

    CREATE TABLE trajectory_key (
      key BLOB NOT NULL PRIMARY KEY,
      trajectory_id INTEGER NOT NULL REFERENCES trajectory (id)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO trajectory_key SELECT key, id FROM trajectory ORDER BY key;
    DROP INDEX trajectory_by_key;

    CREATE TABLE run_key (
      run TEXT NOT NULL,
      grid_id INTEGER NOT NULL REFERENCES grid (id),
      run_id INTEGER NOT NULL REFERENCES run (id),
      PRIMARY KEY (run, grid_id)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO run_key SELECT run, grid_id, id FROM run ORDER BY run, grid_id;
    DROP INDEX run_by_run;
    """
}
