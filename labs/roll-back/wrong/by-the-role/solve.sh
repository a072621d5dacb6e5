# The solution, but the role gets a setting of its own, and the database keeps its switch.
cd ../../solution
eval "$(sed 's/ALTER DATABASE lab_roll_back RESET default_transaction_read_only/ALTER ROLE app SET default_transaction_read_only = off/' solve.sh)"
