# The solution up to its third step; then a patch keeps the selector, and the Endpoints object is forgotten.
cd ../../solution
eval "$(sed '/^# 3\./,$d' solve.sh)"
kubectl -n lab-roll-back patch service user-db -p '{"spec": {"type": "ExternalName", "externalName": "users.cxyz123.us-east-1.rds.amazonaws.com"}}'
kubectl -n lab-roll-back delete endpointslices -l kubernetes.io/service-name=user-db
