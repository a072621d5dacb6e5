kubectl -n lab-wrong-namespace-reports delete svc external-database
kubectl apply -f ../../solution/service.yaml
