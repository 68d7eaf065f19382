/// Version 4: fewer rows, and rules that cost little where one is written.
///
/// Most stages have parameters that no other has, one parent, and one run that they belong to: these
/// stand in the row of the stage now, and in tables of their own only where there are several.
///
/// SQLite fills a table of its own for each row that is held against a list of three values or more, or
/// that a trigger looks for among the rows of a subquery. On a table of a million runs that was half
/// the time of entering it. So ranges and comparisons stand here for lists, and the trigger that every
/// result fires looks at the one run that a stage has as a rule; a second one, for further runs, nearly
/// always finds that there are none.
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
    -- stage that has one and is no state of a trajectory; several stand in own_parent. run_id: a
    -- run that the stage belongs to, the first of the plan that it came with, without a reference: runs
    -- were written after stages when this came; further ones stand in stage_run. Stages that were recorded before
    -- these columns have all their parents and runs there.
    ALTER TABLE stage ADD COLUMN own TEXT;
    ALTER TABLE stage ADD COLUMN parent_id INTEGER REFERENCES stage (id) CHECK (parent_id < id);
    ALTER TABLE stage ADD COLUMN run_id INTEGER;
    CREATE INDEX stage_by_parent ON stage (parent_id) WHERE parent_id IS NOT NULL;

    -- The jobs of a grid are asked for all together and the results of a job by its stages.
    DROP INDEX job_by_grid;
    DROP INDEX result_by_attempt;

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
    END;

    CREATE TRIGGER stage_of_further_runs_changed AFTER UPDATE OF state ON stage
    WHEN old.state <> new.state AND EXISTS (SELECT 1 FROM stage_run WHERE stage_id = new.id)
    BEGIN
      UPDATE run SET missing = missing + (old.state = 1) - (new.state = 1),
        failed = failed + (new.state = 2) - (old.state = 2)
      WHERE id IN (SELECT run_id FROM stage_run WHERE stage_id = new.id);
    END;

    -- What is done is counted by who completes it, for many stages at once (`Completions`).
    CREATE TRIGGER stage_opened_or_failed AFTER UPDATE OF state ON stage
    WHEN old.state <> new.state AND new.state <> 1
    BEGIN
      UPDATE job SET missing = missing + 1 WHERE id = new.job_id AND old.state = 1;
      UPDATE stage_tally SET open = open + (new.state = 0) - (old.state = 0),
        done = done - (old.state = 1), failed = failed + (new.state = 2) - (old.state = 2)
      WHERE kind = new.kind AND grid_id IN (
        SELECT grid_id FROM job WHERE id = new.job_id AND grid_id IS NOT NULL
        UNION ALL SELECT grid_id FROM further_job WHERE job_id = new.job_id);
    END;

    CREATE TRIGGER job_opened_or_failed AFTER UPDATE OF state ON job
    WHEN old.state <> new.state AND new.state <> 1
    BEGIN
      UPDATE grid_tally SET jobs_done = jobs_done - (old.state = 1),
        jobs_failed = jobs_failed + (new.state = 2) - (old.state = 2)
      WHERE grid_id IN (
        SELECT new.grid_id WHERE new.grid_id IS NOT NULL
        UNION ALL SELECT grid_id FROM further_job WHERE job_id = new.id);
    END;
    """
}
