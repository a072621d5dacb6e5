"""Labs: their list, their stage in the cluster, their checks, the learner's progress, and the verbs."""
