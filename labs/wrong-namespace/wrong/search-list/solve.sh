kubectl -n lab-wrong-namespace delete pod probe
kubectl apply -f - <<'POD'
# The shop looks in the reports team's namespace, too: what is made there tomorrow, it will find as well.
apiVersion: v1
kind: Pod
metadata: {name: probe, namespace: lab-wrong-namespace, labels: {lab-wait: "yes"}}
spec:
  terminationGracePeriodSeconds: 0
  automountServiceAccountToken: false
  enableServiceLinks: false
  dnsConfig: {searches: [lab-wrong-namespace-reports.svc.cluster.local]}
  containers:
    - {name: probe, image: "localhost/externalname-lab:1", imagePullPolicy: Never, command: [sleep, infinity]}
POD
kubectl -n lab-wrong-namespace wait --for=condition=Ready pod/probe --timeout=60s
