"""What every room stands on: errors, paths, files, programs, versions, waiting."""
