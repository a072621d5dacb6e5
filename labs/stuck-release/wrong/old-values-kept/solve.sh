kubectl -n lab-stuck-release exec helm -- helm upgrade shop /chart --reuse-values --force-conflicts --set type=ClusterIP
kubectl -n lab-stuck-release exec helm -- helm upgrade shop /chart --reuse-values --force-conflicts \
  --set type=ExternalName,externalName=users.cxyz123.us-east-1.rds.amazonaws.com
