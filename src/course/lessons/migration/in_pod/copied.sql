-- On the side that follows: whether each table's first copy is done.
SELECT count(*) > 0 AND bool_and(srsubstate = 'r') AS copied FROM pg_subscription_rel;
