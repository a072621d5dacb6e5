kubectl -n lab-no-members label pod broker-0 broker-1 member=broker
kubectl apply -f service.yaml
