# The ring is gone, and with it a name that other apps use.
kubectl apply -f services.yaml
kubectl -n lab-on-call delete svc ledger-db
