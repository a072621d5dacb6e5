-- On the side that is followed: wait until the follower confirmed all that is written here by now, or stop.
-- Without a follower there is nothing to wait for: same-rows is the check then.
SELECT set_config('course.slot', :'name', false), set_config('course.seconds', :'seconds', false) \g /dev/null
DO $$
DECLARE
  slot text := current_setting('course.slot');
  now_here pg_lsn := pg_current_wal_lsn();
  deadline timestamptz := clock_timestamp() + current_setting('course.seconds')::float * interval '1 second';
BEGIN
  LOOP
    EXIT WHEN NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = slot AND NOT confirmed_flush_lsn >= now_here);
    IF clock_timestamp() > deadline THEN
      RAISE EXCEPTION 'replication did not catch up within % s', current_setting('course.seconds');
    END IF;
    PERFORM pg_sleep(0.05);
  END LOOP;
END $$;
\echo caught up
