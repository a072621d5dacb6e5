"""The stage of the lesson on migration: a database moves into the cluster, and back, while applications write to it."""
