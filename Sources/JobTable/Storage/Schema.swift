/// The tables. Every rule that SQLite can hold is held by SQLite.
enum Schema {
  /// Marks the file as a job table: "ESPA".
  static let applicationID: Int64 = 0x4553_5041

  /// The version that this program writes.
  static var version: Int { migrations.count }

  /// What leads from version n to n + 1. Entries are only ever added: a table in the field was made
  /// by the ones that are there.
  static let migrations: [String] = [
    tablesOfVersion1, SchemaVersion2.migration, SchemaVersion3.migration, SchemaVersion4.migration,
    SchemaVersion5.migration, SchemaVersion6.migration,
  ]

  private static let tablesOfVersion1 = """
    -- One row a grid file; its name is its results folder. runs: how many it has.
    CREATE TABLE grid (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE CHECK (name <> ''),
      specification TEXT NOT NULL,
      hash BLOB NOT NULL CHECK (length(hash) = 32),
      planned_at REAL NOT NULL,
      runs INTEGER NOT NULL CHECK (runs >= 0)
    ) STRICT;

    -- A connected piece of the stage tree. state: 0 open, 1 done, 2 failed. Whether an open one is
    -- waiting, ready or running follows from its dependencies and attempts. Attempts up to forgiven
    -- count against no limit any more.
    CREATE TABLE job (
      id INTEGER PRIMARY KEY,
      grid_id INTEGER NOT NULL REFERENCES grid (id),
      label TEXT NOT NULL,
      state INTEGER NOT NULL CHECK (state IN (0, 1, 2)),
      forgiven INTEGER NOT NULL DEFAULT 0 CHECK (forgiven >= 0),
      failure TEXT,
      cluster TEXT CHECK (length(cluster) = 8),
      failed_at REAL,
      CHECK ((state = 2) = (failure IS NOT NULL)),
      CHECK ((failure IS NULL) = (cluster IS NULL)),
      CHECK ((failure IS NULL) = (failed_at IS NULL))
    ) STRICT;
    CREATE INDEX job_by_cluster ON job (cluster) WHERE cluster IS NOT NULL;

    CREATE TABLE job_dependency (
      job_id INTEGER NOT NULL REFERENCES job (id),
      requires_id INTEGER NOT NULL REFERENCES job (id),
      PRIMARY KEY (job_id, requires_id),
      CHECK (job_id <> requires_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX job_dependency_by_required ON job_dependency (requires_id);

    -- The jobs that a grid's runs need, with all that those require.
    CREATE TABLE grid_job (
      grid_id INTEGER NOT NULL REFERENCES grid (id),
      job_id INTEGER NOT NULL REFERENCES job (id),
      PRIMARY KEY (grid_id, job_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX grid_job_by_job ON grid_job (job_id);

    -- The canonical JSON of a stage's parameters, once for the many stages that share it.
    CREATE TABLE parameter_set (
      id INTEGER PRIMARY KEY,
      text TEXT NOT NULL
    ) STRICT;

    -- state: 0 open, 1 done, 2 failed. The trajectory's key is there for states of trajectories only.
    -- place: where the stage comes in its job's order of computation.
    CREATE TABLE stage (
      id INTEGER PRIMARY KEY,
      key BLOB NOT NULL UNIQUE CHECK (length(key) = 32),
      kind TEXT NOT NULL CHECK (kind <> ''),
      version INTEGER NOT NULL,
      parameter_set_id INTEGER NOT NULL REFERENCES parameter_set (id),
      step INTEGER CHECK (step >= 0),
      trajectory BLOB CHECK (length(trajectory) = 32),
      job_id INTEGER NOT NULL REFERENCES job (id),
      place INTEGER NOT NULL CHECK (place >= 0),
      state INTEGER NOT NULL CHECK (state IN (0, 1, 2)),
      CHECK ((step IS NULL) = (trajectory IS NULL))
    ) STRICT;
    CREATE INDEX stage_by_job ON stage (job_id, state);
    CREATE UNIQUE INDEX stage_by_trajectory ON stage (trajectory, step) WHERE trajectory IS NOT NULL;

    -- Parents are recorded before their children, so a circle cannot be written.
    CREATE TABLE stage_parent (
      stage_id INTEGER NOT NULL REFERENCES stage (id),
      position INTEGER NOT NULL CHECK (position >= 0),
      parent_id INTEGER NOT NULL REFERENCES stage (id),
      PRIMARY KEY (stage_id, position),
      CHECK (parent_id < stage_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX stage_parent_by_parent ON stage_parent (parent_id);

    -- A run of a grid. position: its place in the order of expansion; NULL once the grid has it no
    -- more. checksum: over its id, its axis values and the keys of its stages.
    CREATE TABLE run (
      id INTEGER PRIMARY KEY,
      grid_id INTEGER NOT NULL REFERENCES grid (id),
      run TEXT NOT NULL CHECK (length(run) = 12),
      position INTEGER CHECK (position >= 0),
      axis_values TEXT NOT NULL,
      parameters TEXT NOT NULL,
      checksum INTEGER NOT NULL,
      UNIQUE (grid_id, run),
      UNIQUE (grid_id, position)
    ) STRICT;
    CREATE INDEX run_by_run ON run (run);

    CREATE TABLE run_stage (
      run_id INTEGER NOT NULL REFERENCES run (id),
      position INTEGER NOT NULL CHECK (position >= 0),
      stage_id INTEGER NOT NULL REFERENCES stage (id),
      PRIMARY KEY (run_id, position)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE environment (
      id INTEGER PRIMARY KEY,
      version TEXT NOT NULL,
      cpu TEXT NOT NULL,
      blas TEXT NOT NULL,
      UNIQUE (version, cpu, blas)
    ) STRICT;

    -- outcome: its name, with detail the whole of it as JSON; both NULL while the attempt runs.
    CREATE TABLE attempt (
      job_id INTEGER NOT NULL REFERENCES job (id),
      number INTEGER NOT NULL CHECK (number >= 1),
      started_at REAL NOT NULL,
      environment_id INTEGER REFERENCES environment (id),
      pid INTEGER,
      log TEXT,
      ended_at REAL,
      outcome TEXT CHECK (
        outcome IN ('completed', 'failed', 'lost', 'again', 'stopped', 'artifactLost')),
      detail TEXT,
      PRIMARY KEY (job_id, number),
      CHECK ((environment_id IS NULL) = (pid IS NULL)),
      CHECK ((outcome IS NULL) = (ended_at IS NULL)),
      CHECK ((outcome IS NULL) = (detail IS NULL))
    ) STRICT;
    CREATE UNIQUE INDEX attempt_running ON attempt (job_id) WHERE outcome IS NULL;

    -- The one accepted result of a stage. metrics: a canonical JSON object; checksum: over the stage's
    -- key and the metrics.
    CREATE TABLE result (
      stage_id INTEGER PRIMARY KEY REFERENCES stage (id),
      job_id INTEGER NOT NULL,
      attempt INTEGER NOT NULL,
      metrics TEXT NOT NULL,
      seconds REAL NOT NULL CHECK (seconds >= 0),
      completed_at REAL NOT NULL,
      checksum INTEGER NOT NULL,
      FOREIGN KEY (job_id, attempt) REFERENCES attempt (job_id, number)
    ) STRICT;
    CREATE INDEX result_by_attempt ON result (job_id, attempt);

    CREATE TABLE artifact (
      stage_id INTEGER NOT NULL REFERENCES result (stage_id) ON DELETE CASCADE,
      kind TEXT NOT NULL CHECK (kind <> ''),
      sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
      bytes INTEGER NOT NULL CHECK (bytes >= 0),
      PRIMARY KEY (stage_id, kind)
    ) STRICT, WITHOUT ROWID;
    """
}
