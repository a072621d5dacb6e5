for port in 7001 7002 7003; do
  kubectl -n lab-members-unreachable exec probe -- redis-cli -h carts -p $port config set cluster-announce-hostname carts.lab-members-unreachable.svc.cluster.local cluster-preferred-endpoint-type hostname
done
# The members tell each other their names within a second or two.
kubectl -n lab-members-unreachable exec probe -- timeout 60 sh -c 'until redis-cli -h carts -p 7001 cluster slots | grep -c svc.cluster.local | grep -q 3; do :; done'
