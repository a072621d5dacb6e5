# Nothing is found at the name any more: the same probe says no.
kubectl -n lab-nobody-noticed-south patch service database -p '{"spec": {"externalName": "gone.example.com"}}'
cd ../../solution
eval "$(cat solve.sh)"
