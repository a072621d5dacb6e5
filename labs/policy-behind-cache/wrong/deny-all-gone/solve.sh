kubectl apply -f policy.yaml
kubectl -n lab-policy-behind-cache delete networkpolicy deny-all
