-- The same on both sides if, and only if, the rows are.
SELECT count(*) AS rows, md5(string_agg(id || ' ' || key || ' ' || side, ',' ORDER BY id)) AS digest FROM entries;
