/// Version 4: rules that cost little where a row is written.
///
/// SQLite fills a table of its own for each row that is held against a list of three values or more, or
/// that a trigger looks for among the rows of a subquery. On a table of a million runs that was half
/// the time of entering it. So ranges and comparisons stand here for lists, and triggers take the one
/// run and the one grid that a stage has as a rule by themselves, and the further ones in triggers of
/// their own, which nearly always find that there are none.
enum SchemaVersion4 {
  static let migration = rules + triggers

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

  private static let triggers = """
    DROP TRIGGER stage_changed;
    DROP TRIGGER job_changed;
    DROP TRIGGER result_recorded;

    CREATE TRIGGER stage_changed AFTER UPDATE OF state ON stage WHEN old.state <> new.state BEGIN
      UPDATE run SET missing = missing + (old.state = 1) - (new.state = 1),
        failed = failed + (new.state = 2) - (old.state = 2)
      WHERE id = (SELECT run_id FROM stage_run WHERE stage_id = new.id ORDER BY run_id LIMIT 1);
      UPDATE job SET missing = missing + (old.state = 1) - (new.state = 1)
      WHERE id = new.job_id AND (old.state = 1) <> (new.state = 1);
      UPDATE stage_tally SET open = open + (new.state = 0) - (old.state = 0),
        done = done + (new.state = 1) - (old.state = 1),
        failed = failed + (new.state = 2) - (old.state = 2)
      WHERE kind = new.kind AND grid_id = (SELECT grid_id FROM job WHERE id = new.job_id);
    END;

    CREATE TRIGGER stage_of_further_runs_changed AFTER UPDATE OF state ON stage
    WHEN old.state <> new.state
      AND EXISTS (SELECT 1 FROM stage_run WHERE stage_id = new.id LIMIT 1 OFFSET 1)
    BEGIN
      UPDATE run SET missing = missing + (old.state = 1) - (new.state = 1),
        failed = failed + (new.state = 2) - (old.state = 2)
      WHERE id IN (
        SELECT run_id FROM stage_run WHERE stage_id = new.id ORDER BY run_id LIMIT -1 OFFSET 1);
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
