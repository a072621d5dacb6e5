address=$(kubectl -n lab-members-unreachable get pods -l app=members -o jsonpath='{.items[0].status.podIP}')
for port in 7001 7002 7003; do
  kubectl -n lab-members-unreachable exec probe -- redis-cli -h carts -p $port config set cluster-announce-ip "$address"
done
