# CoreDNS answers such a name whatever the address in it is: `pods insecure`, as kubeadm writes it.
address=$(kubectl -n lab-ip-is-no-name get configmap outside -o jsonpath='{.data.ADDRESS}' | tr . -)
kubectl -n lab-ip-is-no-name patch svc warehouse-db --type merge \
  -p "{\"spec\":{\"externalName\":\"$address.lab-ip-is-no-name.pod.cluster.local\"}}"
