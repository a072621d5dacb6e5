-- All columns of all rows: the same on both sides if, and only if, the rows are.
SELECT count(*) || ' rows, digest ' || coalesce(md5(string_agg(entries::text, ',' ORDER BY id)), '-') FROM entries;
