port=7001
kubectl -n lab-members-unreachable exec probe -- redis-cli -h carts -p $port config set cluster-announce-hostname members.lab-members-unreachable.svc.cluster.local cluster-preferred-endpoint-type hostname
