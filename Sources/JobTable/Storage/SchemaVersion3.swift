/// Version 3: a folder may hold a share of a grid.
///
/// Columns stand in the order of the primary key: where they do not, `quick_check` of SQLite 3.40 takes
/// a table without row ids for damaged.
enum SchemaVersion3 {
  static let migration = """
    -- A share of a grid that was taken in this folder: shard 3 of 8. No row: the grid is run whole.
    CREATE TABLE grid_shard (
      grid_id INTEGER NOT NULL REFERENCES grid (id),
      shards INTEGER NOT NULL,
      shard INTEGER NOT NULL,
      PRIMARY KEY (grid_id, shards, shard),
      CHECK (shard BETWEEN 1 AND shards)
    ) STRICT, WITHOUT ROWID;

    -- The jobs that the share needs, with all that those require.
    CREATE TABLE shard_job (
      grid_id INTEGER NOT NULL,
      shards INTEGER NOT NULL,
      shard INTEGER NOT NULL,
      job_id INTEGER NOT NULL REFERENCES job (id),
      PRIMARY KEY (grid_id, shards, shard, job_id),
      FOREIGN KEY (grid_id, shards, shard) REFERENCES grid_shard (grid_id, shards, shard)
        ON DELETE CASCADE
    ) STRICT, WITHOUT ROWID;
    """
}
