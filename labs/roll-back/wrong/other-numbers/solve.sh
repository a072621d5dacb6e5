# The solution, and the two customers typed by hand.
cd ../../solution
eval "$(cat solve.sh)"
kubectl -n lab-roll-back exec probe -- psql 'host=users.cxyz123.us-east-1.rds.amazonaws.com dbname=lab_roll_back user=course password=course' \
  -qc "UPDATE users SET id = id + 2 WHERE id > 5"
