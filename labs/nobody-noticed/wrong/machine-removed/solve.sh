# Without the machine that hangs nobody waits for it.
cd ../../solution
eval "$(cat solve.sh)"
kubectl -n lab-nobody-noticed-south delete pod silent
