# The cluster IP of today, written where a name belongs.
address=$(kubectl -n lab-short-name-orders get svc orders -o jsonpath='{.spec.clusterIP}')
kubectl -n lab-short-name patch svc orders --type merge -p "{\"spec\":{\"externalName\":\"$address\"}}"
