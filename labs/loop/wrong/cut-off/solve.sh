kubectl -n lab-loop delete svc db-primary
kubectl -n lab-loop patch svc db --type merge -p '{"spec":{"externalName":"prod-db.us-east-1.rds.amazonaws.com"}}'
