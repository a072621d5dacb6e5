kubectl -n lab-stuck-release exec helm -- helm uninstall shop
kubectl -n lab-stuck-release create service externalname shop-db --external-name users.cxyz123.us-east-1.rds.amazonaws.com
