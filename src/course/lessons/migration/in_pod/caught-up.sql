-- On the side that is followed: wait until the follower confirmed all that is written here by now, or stop.
-- A slot that does not exist is a failure at once: a misspelt name, or nobody follows.
SELECT set_config('course.slot', :'name', false), set_config('course.seconds', :'seconds', false) \g /dev/null
DO $$
DECLARE
  slot text := current_setting('course.slot');
  now_here pg_lsn := pg_current_wal_lsn();
  deadline timestamptz := clock_timestamp() + current_setting('course.seconds')::float * interval '1 second';
BEGIN
  LOOP
    IF NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = slot) THEN
      RAISE EXCEPTION 'there is no replication slot "%": nobody follows', slot;
    END IF;
    EXIT WHEN EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = slot AND confirmed_flush_lsn >= now_here);
    IF clock_timestamp() > deadline THEN
      RAISE EXCEPTION 'replication did not catch up within % s', current_setting('course.seconds');
    END IF;
    PERFORM pg_sleep(0.05);
  END LOOP;
END $$;
\pset tuples_only on
\pset format unaligned
SELECT 'caught up: ' || slot_name || ' confirmed log position ' || confirmed_flush_lsn
FROM pg_replication_slots WHERE slot_name = :'name';
