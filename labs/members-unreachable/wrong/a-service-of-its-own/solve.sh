for port in 7001 7002 7003; do
  kubectl -n lab-members-unreachable exec probe -- redis-cli -h carts -p $port config set cluster-announce-hostname members.lab-members-unreachable.svc.cluster.local cluster-preferred-endpoint-type hostname
done
# The members tell each other their names within a second or two.
kubectl -n lab-members-unreachable exec probe -- timeout 60 sh -c 'until redis-cli -h carts -p 7001 cluster slots | grep -c svc.cluster.local | grep -q 3; do :; done'
cat <<'YAML' | kubectl apply -f -
apiVersion: v1
kind: Service
metadata: {name: carts, namespace: lab-members-unreachable}
spec:
  type: ClusterIP
  selector: {app: members}
  ports: [{name: member-1, port: 7001}, {name: member-2, port: 7002}, {name: member-3, port: 7003}]
YAML
