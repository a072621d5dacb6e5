vip=$(kubectl -n lab-deaf-webhook-platform get service naming -o jsonpath='{.spec.clusterIP}')
kubectl -n lab-deaf-webhook patch service naming --type=merge -p "{\"spec\": {\"externalName\": \"$vip\"}}"
