"""Many learners: the desk, which is the whole course in one image."""
