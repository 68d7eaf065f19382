/// Version 2: tables in which a million runs are at home. What many rows had in common stands in one
/// place, lists that are read whole stand in their row, and what is counted often is kept as tallies.
///
/// What version 1 called `grid_job`, `stage_parent` and `run_stage` are views here.
enum SchemaVersion2 {
  static let migration = jobs + stages + runs + tallies + views + triggers

  private static let jobs = """
    -- grid_id: a grid that needs the job, as a rule the one that made it; NULL once none does.
    -- missing: how many of its stages are not done.
    CREATE TABLE new_job (
      id INTEGER PRIMARY KEY,
      grid_id INTEGER REFERENCES grid (id),
      label TEXT NOT NULL,
      state INTEGER NOT NULL CHECK (state IN (0, 1, 2)),
      missing INTEGER NOT NULL CHECK (missing >= 0),
      forgiven INTEGER NOT NULL DEFAULT 0 CHECK (forgiven >= 0),
      failure TEXT,
      cluster TEXT CHECK (length(cluster) = 8),
      failed_at REAL,
      CHECK ((state = 2) = (failure IS NOT NULL)),
      CHECK ((failure IS NULL) = (cluster IS NULL)),
      CHECK ((failure IS NULL) = (failed_at IS NULL))
    ) STRICT;
    INSERT INTO new_job
      SELECT id,
        coalesce(
          (SELECT g.grid_id FROM grid_job AS g WHERE g.job_id = job.id AND g.grid_id = job.grid_id),
          (SELECT min(g.grid_id) FROM grid_job AS g WHERE g.job_id = job.id)),
        label, state,
        (SELECT count(*) FROM stage WHERE stage.job_id = job.id AND stage.state <> 1),
        forgiven, failure, cluster, failed_at
      FROM job ORDER BY id;

    -- Further grids whose runs need a job.
    CREATE TABLE further_job (
      grid_id INTEGER NOT NULL REFERENCES grid (id),
      job_id INTEGER NOT NULL REFERENCES job (id),
      PRIMARY KEY (grid_id, job_id)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO further_job
      SELECT g.grid_id, g.job_id FROM grid_job AS g JOIN new_job AS j ON j.id = g.job_id
      WHERE g.grid_id <> j.grid_id;

    DROP TABLE grid_job;
    DROP TABLE job;
    ALTER TABLE new_job RENAME TO job;
    CREATE INDEX job_failed ON job (grid_id) WHERE cluster IS NOT NULL;
    CREATE INDEX job_by_grid ON job (grid_id) WHERE grid_id IS NOT NULL;
    CREATE INDEX job_unfinished ON job (grid_id) WHERE state <> 1;
    CREATE INDEX further_job_by_job ON further_job (job_id);
    CREATE INDEX attempt_again ON attempt (job_id) WHERE outcome = 'again';

    -- begun: 0 for an attempt that was foreseen and has not begun, or never did.
    ALTER TABLE attempt ADD COLUMN begun INTEGER NOT NULL DEFAULT 1 CHECK (begun IN (0, 1));

    """

  private static let stages = """
    -- A set's parameters are its own and those of its base, if it has one.
    ALTER TABLE parameter_set ADD COLUMN base_id INTEGER REFERENCES parameter_set (id);

    -- What the states of one trajectory have in common: the key without the step, and the parents.
    CREATE TABLE trajectory (
      id INTEGER PRIMARY KEY,
      key BLOB NOT NULL CHECK (length(key) = 32)
    ) STRICT;
    INSERT INTO trajectory (key)
      SELECT trajectory FROM stage WHERE trajectory IS NOT NULL GROUP BY trajectory ORDER BY min(id);
    CREATE UNIQUE INDEX trajectory_by_key ON trajectory (key);

    CREATE TABLE new_stage (
      id INTEGER PRIMARY KEY,
      key BLOB NOT NULL CHECK (length(key) = 32),
      kind TEXT NOT NULL CHECK (kind <> ''),
      version INTEGER NOT NULL,
      parameter_set_id INTEGER NOT NULL REFERENCES parameter_set (id),
      step INTEGER CHECK (step >= 0),
      trajectory_id INTEGER REFERENCES trajectory (id),
      job_id INTEGER NOT NULL REFERENCES job (id),
      place INTEGER NOT NULL CHECK (place >= 0),
      state INTEGER NOT NULL CHECK (state IN (0, 1, 2)),
      CHECK ((step IS NULL) = (trajectory_id IS NULL))
    ) STRICT;
    INSERT INTO new_stage
      SELECT s.id, s.key, s.kind, s.version, s.parameter_set_id, s.step, t.id, s.job_id, s.place,
        s.state
      FROM stage AS s LEFT JOIN trajectory AS t ON t.key = s.trajectory ORDER BY s.id;

    CREATE TABLE trajectory_parent (
      trajectory_id INTEGER NOT NULL REFERENCES trajectory (id),
      position INTEGER NOT NULL CHECK (position >= 0),
      parent_id INTEGER NOT NULL REFERENCES stage (id),
      PRIMARY KEY (trajectory_id, position)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO trajectory_parent
      SELECT s.trajectory_id, p.position, p.parent_id
      FROM (SELECT trajectory_id, min(id) AS first FROM new_stage WHERE trajectory_id IS NOT NULL
          GROUP BY trajectory_id) AS s
        JOIN stage_parent AS p ON p.stage_id = s.first
      ORDER BY s.trajectory_id, p.position;

    -- The parents of a stage that is no state of a trajectory. Parents are recorded before their
    -- children, so a circle cannot be written.
    CREATE TABLE own_parent (
      stage_id INTEGER NOT NULL REFERENCES stage (id),
      position INTEGER NOT NULL CHECK (position >= 0),
      parent_id INTEGER NOT NULL REFERENCES stage (id),
      PRIMARY KEY (stage_id, position),
      CHECK (parent_id < stage_id)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO own_parent
      SELECT p.stage_id, p.position, p.parent_id
      FROM stage_parent AS p JOIN new_stage AS s ON s.id = p.stage_id
      WHERE s.trajectory_id IS NULL ORDER BY p.stage_id, p.position;

    DROP TABLE stage_parent;
    DROP TABLE stage;
    ALTER TABLE new_stage RENAME TO stage;
    CREATE UNIQUE INDEX stage_by_key ON stage (key);
    CREATE INDEX stage_by_job ON stage (job_id, place);
    CREATE INDEX stage_done ON stage (kind) WHERE state = 1;
    CREATE UNIQUE INDEX stage_by_trajectory ON stage (trajectory_id, step)
      WHERE trajectory_id IS NOT NULL;
    CREATE INDEX trajectory_parent_by_parent ON trajectory_parent (parent_id);
    CREATE INDEX own_parent_by_parent ON own_parent (parent_id);

    """

  private static let runs = """
    -- What runs of one block of a grid have in common. columns: for each axis the name of the parameter
    -- whose value stands there, or an empty one. A run's parameters are those of its frame, those that stand in its
    -- axis values, and its own.
    CREATE TABLE run_frame (
      id INTEGER PRIMARY KEY,
      parameters TEXT NOT NULL,
      columns TEXT NOT NULL
    ) STRICT;
    INSERT INTO run_frame (id, parameters, columns)
      SELECT 1, '{}', '[]' WHERE EXISTS (SELECT 1 FROM run);

    -- A run of a grid. position: its place in the order of expansion; NULL once the grid has it no
    -- more. stages: a JSON array of stage ids. missing: how many of them are not done; failed: how
    -- many have failed. checksum: over its id, its axis values and the keys of its stages.
    CREATE TABLE new_run (
      id INTEGER PRIMARY KEY,
      grid_id INTEGER NOT NULL REFERENCES grid (id),
      run TEXT NOT NULL CHECK (length(run) = 12),
      position INTEGER CHECK (position >= 0),
      frame_id INTEGER NOT NULL REFERENCES run_frame (id),
      axis_values TEXT NOT NULL,
      own TEXT,
      stages TEXT NOT NULL,
      missing INTEGER NOT NULL CHECK (missing >= 0),
      failed INTEGER NOT NULL CHECK (failed >= 0 AND failed <= missing),
      checksum INTEGER NOT NULL
    ) STRICT;
    INSERT INTO new_run
      SELECT r.id, r.grid_id, r.run, r.position, 1, r.axis_values, r.parameters,
        (SELECT '[' || group_concat(stage_id) || ']'
          FROM (SELECT stage_id FROM run_stage WHERE run_id = r.id ORDER BY position)),
        (SELECT count(*) FROM run_stage AS rs JOIN stage AS s ON s.id = rs.stage_id
          WHERE rs.run_id = r.id AND s.state <> 1),
        (SELECT count(*) FROM run_stage AS rs JOIN stage AS s ON s.id = rs.stage_id
          WHERE rs.run_id = r.id AND s.state = 2),
        r.checksum
      FROM run AS r ORDER BY r.id;

    -- The runs that a stage belongs to.
    CREATE TABLE stage_run (
      stage_id INTEGER NOT NULL REFERENCES stage (id),
      run_id INTEGER NOT NULL REFERENCES run (id),
      PRIMARY KEY (stage_id, run_id)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO stage_run SELECT DISTINCT stage_id, run_id FROM run_stage ORDER BY stage_id, run_id;

    DROP TABLE run_stage;
    DROP TABLE run;
    ALTER TABLE new_run RENAME TO run;
    CREATE UNIQUE INDEX run_by_run ON run (run, grid_id);
    CREATE UNIQUE INDEX run_by_position ON run (grid_id, position) WHERE position IS NOT NULL;
    CREATE INDEX run_orphaned ON run (grid_id) WHERE position IS NULL;
    CREATE INDEX run_failed ON run (grid_id) WHERE failed > 0;

    """

  private static let tallies = """
    -- Counts of the runs that a grid has, had and has no more (orphans), and of the jobs that it needs.
    CREATE TABLE grid_tally (
      grid_id INTEGER PRIMARY KEY REFERENCES grid (id),
      runs_done INTEGER NOT NULL CHECK (runs_done >= 0),
      runs_failed INTEGER NOT NULL CHECK (runs_failed >= 0),
      orphans INTEGER NOT NULL CHECK (orphans >= 0),
      jobs INTEGER NOT NULL CHECK (jobs >= 0),
      jobs_done INTEGER NOT NULL CHECK (jobs_done >= 0),
      jobs_failed INTEGER NOT NULL CHECK (jobs_failed >= 0)
    ) STRICT;

    -- Counts of the stages of the jobs that a grid needs.
    CREATE TABLE stage_tally (
      grid_id INTEGER NOT NULL REFERENCES grid (id),
      kind TEXT NOT NULL,
      open INTEGER NOT NULL CHECK (open >= 0),
      done INTEGER NOT NULL CHECK (done >= 0),
      failed INTEGER NOT NULL CHECK (failed >= 0),
      PRIMARY KEY (grid_id, kind)
    ) STRICT, WITHOUT ROWID;

    -- How many results a grid got in ten seconds each, of the last hour. slot: the tenth of the time
    -- since 1970. began: when the first of them was begun.
    CREATE TABLE pace (
      grid_id INTEGER NOT NULL REFERENCES grid (id),
      slot INTEGER NOT NULL,
      results INTEGER NOT NULL,
      began REAL NOT NULL,
      PRIMARY KEY (grid_id, slot)
    ) STRICT, WITHOUT ROWID;

    """

  private static let views = """
    -- The jobs that a grid's runs need, with all that those require.
    CREATE VIEW grid_job (grid_id, job_id) AS
      SELECT grid_id, id FROM job WHERE grid_id IS NOT NULL
      UNION ALL SELECT grid_id, job_id FROM further_job;

    CREATE VIEW stage_parent (stage_id, position, parent_id) AS
      SELECT stage_id, position, parent_id FROM own_parent
      UNION ALL
      SELECT s.id, p.position, p.parent_id
      FROM stage AS s JOIN trajectory_parent AS p ON p.trajectory_id = s.trajectory_id;

    CREATE VIEW run_stage (run_id, position, stage_id) AS
      SELECT r.id, e.key, e.value FROM run AS r JOIN json_each(r.stages) AS e;

    -- Migrated grids are counted once; from here on the triggers below follow every change.
    INSERT INTO grid_tally
      SELECT g.id,
        (SELECT count(*) FROM run WHERE grid_id = g.id AND position IS NOT NULL AND missing = 0),
        (SELECT count(*) FROM run WHERE grid_id = g.id AND position IS NOT NULL AND failed > 0),
        (SELECT count(*) FROM run WHERE grid_id = g.id AND position IS NULL),
        (SELECT count(*) FROM grid_job WHERE grid_id = g.id),
        (SELECT count(*) FROM grid_job AS n JOIN job AS j ON j.id = n.job_id
          WHERE n.grid_id = g.id AND j.state = 1),
        (SELECT count(*) FROM grid_job AS n JOIN job AS j ON j.id = n.job_id
          WHERE n.grid_id = g.id AND j.state = 2)
      FROM grid AS g;
    INSERT INTO stage_tally
      SELECT n.grid_id, s.kind, sum(s.state = 0), sum(s.state = 1), sum(s.state = 2)
      FROM grid_job AS n JOIN stage AS s ON s.job_id = n.job_id GROUP BY n.grid_id, s.kind;

    """

  private static let triggers = """
    CREATE TRIGGER stage_changed AFTER UPDATE OF state ON stage WHEN old.state <> new.state BEGIN
      UPDATE run SET missing = missing + (old.state = 1) - (new.state = 1),
        failed = failed + (new.state = 2) - (old.state = 2)
      WHERE id IN (SELECT run_id FROM stage_run WHERE stage_id = new.id);
      UPDATE job SET missing = missing + (old.state = 1) - (new.state = 1)
      WHERE id = new.job_id AND (old.state = 1) <> (new.state = 1);
      UPDATE stage_tally SET open = open + (new.state = 0) - (old.state = 0),
        done = done + (new.state = 1) - (old.state = 1),
        failed = failed + (new.state = 2) - (old.state = 2)
      WHERE kind = new.kind AND grid_id IN (
        SELECT grid_id FROM job WHERE id = new.job_id AND grid_id IS NOT NULL
        UNION ALL SELECT grid_id FROM further_job WHERE job_id = new.job_id);
    END;

    CREATE TRIGGER run_changed AFTER UPDATE OF missing, failed ON run
    WHEN new.position IS NOT NULL
      AND ((old.missing = 0) <> (new.missing = 0) OR (old.failed = 0) <> (new.failed = 0))
    BEGIN
      UPDATE grid_tally SET runs_done = runs_done + (new.missing = 0) - (old.missing = 0),
        runs_failed = runs_failed + (new.failed > 0) - (old.failed > 0)
      WHERE grid_id = new.grid_id;
    END;

    CREATE TRIGGER job_changed AFTER UPDATE OF state ON job WHEN old.state <> new.state BEGIN
      UPDATE grid_tally SET jobs_done = jobs_done + (new.state = 1) - (old.state = 1),
        jobs_failed = jobs_failed + (new.state = 2) - (old.state = 2)
      WHERE grid_id IN (
        SELECT new.grid_id WHERE new.grid_id IS NOT NULL
        UNION ALL SELECT grid_id FROM further_job WHERE job_id = new.id);
    END;

    CREATE TRIGGER grid_needs_job INSTEAD OF INSERT ON grid_job
    WHEN NOT EXISTS (SELECT 1 FROM job WHERE id = new.job_id AND grid_id = new.grid_id)
      AND NOT EXISTS (SELECT 1 FROM further_job
        WHERE grid_id = new.grid_id AND job_id = new.job_id)
    BEGIN
      INSERT INTO further_job
        SELECT new.grid_id, id FROM job WHERE id = new.job_id AND grid_id IS NOT NULL;
      UPDATE job SET grid_id = new.grid_id WHERE id = new.job_id AND grid_id IS NULL;
      UPDATE grid_tally SET jobs = jobs + 1,
        jobs_done = jobs_done + (SELECT state = 1 FROM job WHERE id = new.job_id),
        jobs_failed = jobs_failed + (SELECT state = 2 FROM job WHERE id = new.job_id)
      WHERE grid_id = new.grid_id;
      INSERT INTO stage_tally
        SELECT new.grid_id, kind, sum(state = 0), sum(state = 1), sum(state = 2)
        FROM stage WHERE job_id = new.job_id GROUP BY kind
        ON CONFLICT (grid_id, kind) DO UPDATE SET open = open + excluded.open,
          done = done + excluded.done, failed = failed + excluded.failed;
    END;

    CREATE TRIGGER result_recorded AFTER INSERT ON result BEGIN
      INSERT INTO pace
        SELECT n.grid_id, CAST(new.completed_at / 10 AS INTEGER), 1,
          new.completed_at - new.seconds
        FROM (
          SELECT j.grid_id FROM stage AS s JOIN job AS j ON j.id = s.job_id
            WHERE s.id = new.stage_id AND j.grid_id IS NOT NULL
          UNION ALL
          SELECT f.grid_id FROM stage AS s JOIN further_job AS f ON f.job_id = s.job_id
            WHERE s.id = new.stage_id) AS n
        WHERE true
        ON CONFLICT (grid_id, slot) DO UPDATE SET results = results + 1,
          began = min(began, excluded.began);
    END;

    CREATE TRIGGER pace_begun AFTER INSERT ON pace BEGIN
      DELETE FROM pace WHERE grid_id = new.grid_id AND slot < new.slot - 360;
    END;
    """
}
