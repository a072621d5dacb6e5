# The names are written into the apps' hosts file: they resolve there, and the aliases stay broken.
outside=$(kubectl -n lab-on-call get configmap outside -o jsonpath='{.data.ADDRESS}')
store=$(kubectl -n lab-on-call-platform get svc store -o jsonpath='{.spec.clusterIP}')
kubectl -n lab-on-call patch deploy apps -p "
  spec:
    template:
      spec:
        hostAliases:
          - {ip: \"$outside\", hostnames: [orders-db, billing-db, ledger-db, partner]}
          - {ip: \"$store\", hostnames: [sessions]}"
kubectl -n lab-on-call rollout status deploy/apps --timeout=120s
