/// Version 4: fewer rows, and rules that cost little where one is written.
///
/// Most stages have parameters that no other has, one parent, and one run that they belong to: these
/// stand in the row of the stage now, and in tables of their own only where there are several.
///
/// SQLite fills a table of its own for each row that is held against a list of three values or more, or
/// that a trigger looks for among the rows of a subquery. On a table of a million runs that was half
/// the time of entering it. So ranges and comparisons stand here for lists, and triggers take the one
/// run and the one grid that a stage has as a rule by themselves, and the further ones in triggers of
/// their own, which nearly always find that there are none.
enum SchemaVersion4 {
  static let migration = rules + columns + triggers

  /// The text of a rule may be changed in place where the rows keep it as it was
  /// (sqlite.org/lang_altertable.html, "making other kinds of table schema changes").
  private static let rules = """
    PRAGMA writable_schema = ON;
    UPDATE sqlite_schema SET sql = replace(sql, 'state IN (0, 1, 2)', 'state BETWEEN 0 AND 2')
    WHERE type = 'table' AND name IN ('job', 'stage');
    UPDATE sqlite_schema SET sql = replace(sql,
      'outcome IN (''completed'', ''failed'', ''lost'', ''again'', ''stopped'', ''artifactLost'')',
      'outcome = ''completed'' OR outcome = ''failed'' OR outcome = ''lost''
        OR outcome = ''again'' OR outcome = ''stopped'' OR outcome = ''artifactLost''')
    WHERE type = 'table' AND name = 'attempt';
    PRAGMA writable_schema = RESET;

    """

  private static let columns = """
    -- own: parameters besides those of the set, as a canonical JSON object. parent_id: the parent of a
    -- stage that has one and is no state of a trajectory; several stand in own_parent. run_id: the first
    -- run that the stage belongs to; further ones stand in stage_run. Stages that were recorded before
    -- these columns have all their parents and runs there.
    ALTER TABLE stage ADD COLUMN own TEXT;
    ALTER TABLE stage ADD COLUMN parent_id INTEGER REFERENCES stage (id) CHECK (parent_id < id);
    ALTER TABLE stage ADD COLUMN run_id INTEGER
      REFERENCES run (id) DEFERRABLE INITIALLY DEFERRED;
    CREATE INDEX stage_by_parent ON stage (parent_id) WHERE parent_id IS NOT NULL;

    DROP VIEW stage_parent;
    CREATE VIEW stage_parent (stage_id, position, parent_id) AS
      SELECT id, 0, parent_id FROM stage WHERE parent_id IS NOT NULL
      UNION ALL
      SELECT stage_id, position, parent_id FROM own_parent
      UNION ALL
      SELECT s.id, p.position, p.parent_id
      FROM stage AS s JOIN trajectory_parent AS p ON p.trajectory_id = s.trajectory_id;

    """

  private static let triggers = """
    DROP TRIGGER stage_changed;
    DROP TRIGGER job_changed;
    DROP TRIGGER result_recorded;

    CREATE TRIGGER stage_changed AFTER UPDATE OF state ON stage WHEN old.state <> new.state BEGIN
      UPDATE run SET missing = missing + (old.state = 1) - (new.state = 1),
        failed = failed + (new.state = 2) - (old.state = 2)
      WHERE id = new.run_id;
      UPDATE job SET missing = missing + (old.state = 1) - (new.state = 1)
      WHERE id = new.job_id AND (old.state = 1) <> (new.state = 1);
      UPDATE stage_tally SET open = open + (new.state = 0) - (old.state = 0),
        done = done + (new.state = 1) - (old.state = 1),
        failed = failed + (new.state = 2) - (old.state = 2)
      WHERE kind = new.kind AND grid_id = (SELECT grid_id FROM job WHERE id = new.job_id);
    END;

    CREATE TRIGGER stage_of_further_runs_changed AFTER UPDATE OF state ON stage
    WHEN old.state <> new.state AND EXISTS (SELECT 1 FROM stage_run WHERE stage_id = new.id)
    BEGIN
      UPDATE run SET missing = missing + (old.state = 1) - (new.state = 1),
        failed = failed + (new.state = 2) - (old.state = 2)
      WHERE id IN (SELECT run_id FROM stage_run WHERE stage_id = new.id);
    END;

    CREATE TRIGGER stage_of_further_grids_changed AFTER UPDATE OF state ON stage
    WHEN old.state <> new.state AND EXISTS (SELECT 1 FROM further_job WHERE job_id = new.job_id)
    BEGIN
      UPDATE stage_tally SET open = open + (new.state = 0) - (old.state = 0),
        done = done + (new.state = 1) - (old.state = 1),
        failed = failed + (new.state = 2) - (old.state = 2)
      WHERE kind = new.kind
        AND grid_id IN (SELECT grid_id FROM further_job WHERE job_id = new.job_id);
    END;

    CREATE TRIGGER job_changed AFTER UPDATE OF state ON job WHEN old.state <> new.state BEGIN
      UPDATE grid_tally SET jobs_done = jobs_done + (new.state = 1) - (old.state = 1),
        jobs_failed = jobs_failed + (new.state = 2) - (old.state = 2)
      WHERE grid_id = new.grid_id;
    END;

    CREATE TRIGGER job_of_further_grids_changed AFTER UPDATE OF state ON job
    WHEN old.state <> new.state AND EXISTS (SELECT 1 FROM further_job WHERE job_id = new.id)
    BEGIN
      UPDATE grid_tally SET jobs_done = jobs_done + (new.state = 1) - (old.state = 1),
        jobs_failed = jobs_failed + (new.state = 2) - (old.state = 2)
      WHERE grid_id IN (SELECT grid_id FROM further_job WHERE job_id = new.id);
    END;

    CREATE TRIGGER result_recorded AFTER INSERT ON result BEGIN
      INSERT INTO pace
        SELECT j.grid_id, CAST(new.completed_at / 10 AS INTEGER), 1,
          new.completed_at - new.seconds
        FROM stage AS s JOIN job AS j ON j.id = s.job_id
        WHERE s.id = new.stage_id AND j.grid_id IS NOT NULL
        ON CONFLICT (grid_id, slot) DO UPDATE SET results = results + 1,
          began = min(began, excluded.began);
    END;

    CREATE TRIGGER result_of_further_grids_recorded AFTER INSERT ON result
    WHEN EXISTS (
      SELECT 1 FROM stage AS s JOIN further_job AS f ON f.job_id = s.job_id
      WHERE s.id = new.stage_id)
    BEGIN
      INSERT INTO pace
        SELECT f.grid_id, CAST(new.completed_at / 10 AS INTEGER), 1,
          new.completed_at - new.seconds
        FROM stage AS s JOIN further_job AS f ON f.job_id = s.job_id
        WHERE s.id = new.stage_id
        ON CONFLICT (grid_id, slot) DO UPDATE SET results = results + 1,
          began = min(began, excluded.began);
    END;
    """
}
