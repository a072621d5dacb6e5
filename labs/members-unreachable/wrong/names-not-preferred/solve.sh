for port in 7001 7002 7003; do
  kubectl -n lab-members-unreachable exec probe -- redis-cli -h carts -p $port config set cluster-announce-hostname members.lab-members-unreachable.svc.cluster.local
done
