# A tcpSocket probe with a host: the node asks, and the node knows no names of Services.
for namespace in lab-nobody-noticed lab-nobody-noticed-south; do
  kubectl -n $namespace patch deploy shop -p '
    spec:
      template:
        spec:
          containers:
            - name: shop
              env: [{name: DATABASE, value: "host=database port=5432 dbname=users user=app password=app"}]
              readinessProbe: {exec: null, tcpSocket: {host: database, port: 5432}}'
done
