"""Interview practice: questions, each with its proof."""
