# Counted on until its revisions look like those of the old release.
in_helm() { kubectl -n lab-stuck-release exec helm -- helm "$@"; }
target='type=ExternalName,externalName=users.cxyz123.us-east-1.rds.amazonaws.com'
in_helm uninstall shop
in_helm install shop /chart --set "$target"
in_helm upgrade shop /chart --set "$target"
in_helm upgrade shop /chart --set "$target"
