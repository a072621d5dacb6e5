# Both things at once: the field that another hand has, and a value that no alias may have.
kubectl -n lab-stuck-release exec helm -- helm upgrade shop /chart --force-conflicts \
  --set type=ExternalName,externalName=users.cxyz123.us-east-1.rds.amazonaws.com
