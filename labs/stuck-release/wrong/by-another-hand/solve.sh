kubectl -n lab-stuck-release patch service shop-db --type=merge \
  -p '{"spec": {"type": "ExternalName", "externalName": "users.cxyz123.us-east-1.rds.amazonaws.com"}}'
