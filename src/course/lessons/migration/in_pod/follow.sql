-- This side begins to follow the other one. publisher: how to reach it; copy: whether to take what is there already.
SELECT count(*) > 0 AS follows FROM pg_subscription WHERE subname = :'name' \gset
\if :follows
  \echo already there
\else
  CREATE SUBSCRIPTION :"name" CONNECTION :'publisher' PUBLICATION entries WITH (copy_data = :copy);
\endif
