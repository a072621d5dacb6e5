kubectl -n lab-stuck-release exec helm -- helm uninstall shop
kubectl -n lab-stuck-release exec helm -- helm install shop /chart \
  --set type=ExternalName,externalName=users.cxyz123.us-east-1.rds.amazonaws.com
