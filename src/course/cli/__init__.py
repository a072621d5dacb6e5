"""The command line: verbs only. Parse, call, print. Nothing is imported here: `course ask` starts without typer."""
