"""Look at the cluster: Kubernetes objects, DNS answers, live traffic."""
