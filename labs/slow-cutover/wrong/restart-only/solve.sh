kubectl -n lab-slow-cutover rollout restart deploy/dns
kubectl -n lab-slow-cutover rollout status deploy/dns --timeout=60s
